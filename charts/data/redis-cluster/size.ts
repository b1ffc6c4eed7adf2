import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/publication';
import { derivedMaxmemory } from '../redis/memory';
import type { Access } from '../redis/size';

/** One server that owns all 16384 slots: a laptop. Clients speak the cluster's protocol all the same. */
export interface Single {
  readonly kind: 'single';
}

/** Several masters without replicas: more memory and more cores. When a node is lost, its keys are away until its pod is back. */
export interface Sharded {
  readonly kind: 'sharded';
  /** Masters, 3 or more. */
  readonly shards: number;
}

/** Several masters with replicas on other nodes. When a master is lost, one of its replicas takes over. */
export interface HighlyAvailable {
  readonly kind: 'highlyAvailable';
  /** Masters, 3 or more: a majority of them decides which replica takes over. */
  readonly shards: number;
  /** Copies of each shard beside its master. */
  readonly replicas: number;
}

/** How many servers there are, and what happens when one is lost. */
export type Topology = Single | Sharded | HighlyAvailable;

/** How clients, replicas and the bus speak to a server: `plain`, or `tls`, which refuses everything else. */
export type Transport = 'plain' | 'tls';

/** Size of the Redis Cluster, and how clients reach it. */
export interface RedisClusterSize {
  /** Masters and replicas. */
  readonly topology: Topology;
  /** Whether clients need a user and a password. */
  readonly access: Access;
  /** Whether connections are encrypted. */
  readonly transport: Transport;
  /** CPU and memory of each server. */
  readonly resources: Resources;
  /** Memory for the keys of each server; at most 65 % of its memory limit. @default - 60 % of the memory limit */
  readonly maxmemory?: Size;
  /** Claim of each server; at least three times `maxmemory`. */
  readonly disk: Size;
  /** Port on the machine that runs the cluster. @default - not reachable from there */
  readonly host?: HostPort;
}

/** Numbers of a topology: StatefulSets (shards), and pods of each besides the first (replicas). */
export const shape = (topology: Topology): { readonly shards: number; readonly replicas: number } => ({
  ...{ shards: 1, replicas: 0 },
  ...topology,
});

/** Memory for the keys of each server. */
export const maxmemory = ({ maxmemory, resources }: RedisClusterSize): Size =>
  maxmemory ?? derivedMaxmemory(resources.memoryLimit, 'persistent');
