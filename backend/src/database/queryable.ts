import type { QueryResult } from 'pg';

/** Whatever can be asked: a pool, or the connection of a transaction. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<QueryResult>;
}
