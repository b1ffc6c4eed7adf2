import type { Size } from 'cdk8s';
import type { Topic } from '../charts/messaging/topics/topic';
import type { Resources } from '../lib/pod';
import type { Spread } from '../lib/stateful-workload';
import type { Images } from './images';

/** Everything in which one installation differs from another. */
export interface Environment {
  /** Its folder in dist. */
  readonly name: string;
  readonly namespace: string;
  readonly images: Images;
  readonly topics: readonly Topic[];
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
  /** Whether pods of one set must have a node each. */
  readonly spread: Spread;
  readonly zookeeper: ZooKeeperSize;
  readonly kafka: KafkaSize;
  readonly topicsJob: TopicsJobSize;
  readonly akhq: Resources;
  /** What the machine that runs the cluster may reach on its own ports. @default - nothing */
  readonly exposure?: Exposure;
  /** Published values of every Secret, for a laptop. @default - none: the Secrets are made by the operator's own means */
  readonly developmentSecrets?: DevelopmentSecrets;
}

export interface ZooKeeperSize {
  /** Servers of the ensemble: odd, 1 or 3 (5 tolerates two failures). */
  readonly servers: number;
  /** Java heap, fixed from the start; at most half of the memory limit. */
  readonly heap: Size;
  readonly resources: Resources;
  /** Claim for snapshots. */
  readonly data: Size;
  /** Claim for the transaction log. */
  readonly log: Size;
}

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

export interface TopicsJobSize {
  readonly resources: Resources;
  /** When drift is checked: five cron fields, UTC. */
  readonly driftSchedule: string;
  /** The check exists but is only started by hand. */
  readonly driftSuspended: boolean;
}

export interface Exposure {
  /** Addresses of pods, which do not count as host, for example `10.244.0.0/16`. */
  readonly podNetwork: string;
  /** Of broker 0; the next brokers count up. */
  readonly kafka: PortPair;
  readonly akhq: PortPair;
}

export interface PortPair {
  /** On 127.0.0.1 of the machine that runs the cluster. */
  readonly hostPort: number;
  /** 30000 to 32767 */
  readonly nodePort: number;
}

/** Values by Secret and key. */
export type DevelopmentSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;
