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

/** What a topology is made of: StatefulSets, and pods of each beside the first. */
export function shape(topology: Topology): { readonly shards: number; readonly replicas: number } {
  switch (topology.kind) {
    case 'single':
      return { shards: 1, replicas: 0 };
    case 'sharded':
      return { shards: topology.shards, replicas: 0 };
    case 'highlyAvailable':
      return { shards: topology.shards, replicas: topology.replicas };
  }
}

/** What is allowed, and should be known. */
export function topologyNotices(topology: Topology): string[] {
  return topology.kind === 'sharded'
    ? [
        `redisCluster.topology is sharded: ${topology.shards} masters without replicas. When a node is lost its keys cannot ` +
          `be reached until it is back, and are lost with its volume. For failover: { kind: 'highlyAvailable', shards: ` +
          `${topology.shards}, replicas: 1 }.`,
      ]
    : [];
}
