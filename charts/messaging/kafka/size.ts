import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/workload';

/** What the brokers of an environment may need and do. */
export interface KafkaSize {
  readonly brokers: number;
  /** Copies of each partition. At most the number of brokers. */
  readonly replication: number;
  /** Copies that must have a record before it is acknowledged. Less than the replication, or a restart stops writes. */
  readonly minInsyncReplicas: number;
  /** Java heap, fixed from the start; at most half of the memory limit: the rest is page cache. */
  readonly heap: Size;
  readonly resources: Resources;
  /** Claim of each broker. */
  readonly disk: Size;
  /** Share of the catalogue's rates that this environment carries. */
  readonly traffic: number;
  readonly threads: BrokerThreads;
  readonly shutdown: BrokerShutdown;
  /** Ports of broker 0; those of the next brokers count up. @default - not reachable from the machine that runs the cluster */
  readonly host?: HostPort;
}

export interface BrokerThreads {
  /** `num.network.threads` */
  readonly network: number;
  /** `num.io.threads` */
  readonly io: number;
  /** `num.replica.fetchers`: connections to each other broker. */
  readonly replicaFetchers: number;
}

export interface BrokerShutdown {
  /** Seconds that a broker waits until the others hold enough in-sync replicas. */
  readonly leaveSeconds: number;
  /** Seconds until it is killed, the wait included. */
  readonly graceSeconds: number;
}
