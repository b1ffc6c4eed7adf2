import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';

/** Size of PostgreSQL. */
export interface PostgresSize {
  /** CPU and memory of the server. Buffers and memory for sorts follow from the limit. */
  readonly resources: Resources;
  /** Connections at once, those of PgBouncer included. Each is a process with memory of its own. */
  readonly maxConnections: number;
  /** Claim for data, indexes and the write-ahead log. A restore needs room for a second copy of the data. */
  readonly disk: Size;
}
