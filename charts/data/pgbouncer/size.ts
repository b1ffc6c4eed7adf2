import type { Resources } from '../../../lib/container';

/** Size of PgBouncer. */
export interface PgBouncerSize {
  /** Pods. */
  readonly replicas: number;
  /** Connections of each pod to PostgreSQL, for each database. */
  readonly poolSize: number;
  /** Clients that may be connected to each pod at once; most of them wait for a connection. */
  readonly maxClients: number;
  /** CPU and memory of each pod. */
  readonly resources: Resources;
}
