import type { Pool, PoolClient, QueryResult } from 'pg';

/** Whatever can be asked: a pool, or the connection of a transaction. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<QueryResult>;
}

/** Statements by their text. All texts are constants of the code, so they are few. */
const names = new Map<string, string>();

/** A statement that PostgreSQL parses and plans once for each connection. */
export function prepared(text: string, values: unknown[] = []) {
  let name = names.get(text);
  if (name === undefined) {
    name = `bss_${names.size + 1}`;
    names.set(text, name);
  }
  return { name, text, values };
}

/** Milliseconds for a statement, also while it waits for a lock; and until the locks of a process that froze are free. */
const LIMITS =
  "SELECT set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)";

/** One connection, in a transaction. */
export class Transaction implements Queryable {
  private writes: Promise<QueryResult>[] = [];

  constructor(private readonly client: PoolClient) {}

  query(text: string, values?: unknown[]): Promise<QueryResult> {
    return this.client.query(prepared(text, values));
  }

  /** Sends a statement whose result nobody needs. The transaction fails if it does. */
  write(text: string, values?: unknown[]): void {
    const write = this.query(text, values);
    // Whoever waits for the commit hears of it; until then nobody may.
    write.catch(() => {});
    this.writes.push(write);
  }

  /** Waits until all that was written is done. For who writes more than should be on its way at once. */
  async settle(): Promise<void> {
    await Promise.all(this.writes);
    this.writes = [];
  }

  /** Together with the first statements of the work. */
  begin(deadline: number): void {
    this.write('BEGIN');
    this.write(LIMITS, [`${deadline}`, `${2 * deadline}`]);
  }

  /** Together with the last writes: if one of them fails, PostgreSQL makes a ROLLBACK of it. */
  async commit(): Promise<void> {
    const commit = this.query('COMMIT');
    const failure = await this.failure();
    const { command } = await commit;
    if (failure) throw failure;
    // Of a statement whose failure the work has caught: nothing of the transaction is there.
    if (command !== 'COMMIT') throw new Error('A statement of the transaction has failed, and so all of it.');
  }

  /** Why the first of the writes failed, once all are answered. */
  async failure(): Promise<unknown> {
    const results = await Promise.allSettled(this.writes);
    return results.find((result) => result.status === 'rejected')?.reason;
  }
}

/** in_failed_sql_transaction: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REFUSED = '25P02';

/** Runs `work` in a transaction whose statements PostgreSQL ends after `deadline` milliseconds, also while they wait for a lock. */
export async function transaction<T>(pool: Pool, deadline: number, work: (db: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const db = new Transaction(client);
  let broken: Error | undefined;
  try {
    db.begin(deadline);
    const result = await work(db);
    await db.commit();
    return result;
  } catch (error) {
    broken = await db.query('ROLLBACK').then(
      () => undefined,
      (failure) => failure,
    );
    // What comes after a write that failed is refused, which says nothing about why.
    throw (error as { code?: string }).code === REFUSED ? ((await db.failure()) ?? error) : error;
  } finally {
    client.release(broken);
  }
}
