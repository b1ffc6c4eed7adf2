/** Addresses outside of the platform that a workload may call. */
export interface External {
  /** For example `203.0.113.0/24`. */
  readonly networks: readonly string[];
  /** Ports of them that it may call, and no others. */
  readonly ports: readonly number[];
}

/** A load balancer of the cluster's provider before a workload. */
export interface LoadBalancer {
  /** Port of the load balancer by name of the workload's port. */
  readonly ports: Record<string, number>;
  /** Addresses that may come, for example `0.0.0.0/0`. */
  readonly clients: readonly string[];
}
