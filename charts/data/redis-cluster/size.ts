import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/workload';
import { derivedMaxmemory } from '../redis/memory';
import type { Access } from '../redis/size';

/** One server that owns all 16384 slots: a laptop. Clients speak the cluster's protocol all the same. */
export interface Single {
  readonly kind: 'single';
}

/** Several masters without replicas: more memory and more cores, but a lost node takes its keys along. */
export interface Sharded {
  readonly kind: 'sharded';
  /** Masters, 3 or more. */
  readonly shards: number;
}

/** Each master has replicas on other nodes, and one of them takes over when it is lost. */
export interface HighlyAvailable {
  readonly kind: 'highlyAvailable';
  /** Masters, 3 or more: a majority of them agrees on who takes over. */
  readonly shards: number;
  /** Copies of each shard beside its master. */
  readonly replicas: number;
}

export type Topology = Single | Sharded | HighlyAvailable;

/** How clients, replicas and the bus speak to a server: `plain`, or `tls`, beside which nothing else is admitted. */
export type Transport = 'plain' | 'tls';

/** What the Redis Cluster of an environment may need. */
export interface RedisClusterSize {
  readonly topology: Topology;
  readonly access: Access;
  readonly transport: Transport;
  /** CPU and memory of each server. */
  readonly resources: Resources;
  /** Keys of each server; at most 65 % of its memory limit. @default - 60 % of the memory limit */
  readonly maxmemory?: Size;
  /** Claim of each server; at least three times maxmemory. */
  readonly disk: Size;
  /** @default - not reachable from the machine that runs the cluster */
  readonly host?: HostPort;
}

/** StatefulSets, and pods of each beside the first. */
export const shape = (topology: Topology): { readonly shards: number; readonly replicas: number } => ({
  ...{ shards: 1, replicas: 0 },
  ...topology,
});

/** Keys of each server. */
export const maxmemory = ({ maxmemory, resources }: RedisClusterSize): Size =>
  maxmemory ?? derivedMaxmemory(resources.memoryLimit, 'persistent');
