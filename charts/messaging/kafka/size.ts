import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/publication';

/** Size of the brokers, and how they keep and hand over data. */
export interface KafkaSize {
  /** Brokers: pods, each with a disk of its own. */
  readonly brokers: number;
  /** Copies of each partition. At most the number of brokers. */
  readonly replication: number;
  /** Copies that must have a record before it is acknowledged. Less than `replication`, or a restart stops writes. */
  readonly minInsyncReplicas: number;
  /** Java heap, fixed from the start; at most half of the memory limit: the rest is page cache. */
  readonly heap: Size;
  /** CPU and memory of each broker, with its heap. */
  readonly resources: Resources;
  /** Claim of each broker. */
  readonly disk: Size;
  /** Share of the topics' rates that this environment carries: 1 is all. */
  readonly traffic: number;
  /** Threads of each broker. */
  readonly threads: BrokerThreads;
  /** How long a broker may take to stop. */
  readonly shutdown: BrokerShutdown;
  /** Port of broker 0 on the machine that runs the cluster; the next brokers have the next ports. @default - not reachable from there */
  readonly host?: HostPort;
}

/** Threads of each broker, by Kafka's setting. */
export interface BrokerThreads {
  /** `num.network.threads`: they read requests and send answers. */
  readonly network: number;
  /** `num.io.threads`: they do what requests ask for, on the disks. */
  readonly io: number;
  /** `num.replica.fetchers`: connections to each other broker. */
  readonly replicaFetchers: number;
}

/** How long a broker may take to stop. */
export interface BrokerShutdown {
  /** Seconds that a broker waits, at most, until the others hold enough in-sync replicas and it may leave. */
  readonly leaveSeconds: number;
  /** Seconds until it is killed; that wait is a part of them. */
  readonly graceSeconds: number;
}
