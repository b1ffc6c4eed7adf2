import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';

/** What the PostgreSQL of an environment may need. */
export interface PostgresSize {
  readonly resources: Resources;
  /** Connections at once, PgBouncer's included: each is a process with memory of its own. */
  readonly maxConnections: number;
  /** Claim for data, indexes and the write-ahead log; a restore needs room for a second copy. */
  readonly disk: Size;
}
