import type { Resources } from '../../../lib/container';

/** What the PgBouncer of an environment may need. */
export interface PgBouncerSize {
  readonly replicas: number;
  /** Connections to PostgreSQL of each replica for each database. */
  readonly poolSize: number;
  /** Clients of each replica, connected at once; most of them wait. */
  readonly maxClients: number;
  readonly resources: Resources;
}
