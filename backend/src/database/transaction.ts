import type { Pool, PoolClient, QueryResult } from 'pg';
import { Batch } from './batch.ts';
import type { Queryable } from './queryable.ts';

/** Milliseconds for a statement, also while it waits for a lock; and until the locks of a process that froze are free. */
const LIMITS =
  "SELECT set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)";

/** So many writes are sent without waiting for more, and each such part has the time that a statement has. */
const LARGEST_BATCH = 500;
/** in_failed_sql_transaction: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REFUSED = '25P02';

/** One connection, in a transaction. */
export class Transaction implements Queryable {
  private next = new Batch();
  private readonly full: Batch[] = [];
  private sent = Promise.resolve();
  /** Something of `next` is waited for. */
  private due = false;
  private failure: unknown;

  constructor(
    private readonly client: PoolClient,
    deadline: number,
  ) {
    this.write('BEGIN');
    this.write(LIMITS, [`${deadline}`, `${2 * deadline}`]);
  }

  /** Is sent with what waits to be written, and with what is asked before the answer to what was sent before. */
  query(text: string, values?: unknown[]): Promise<QueryResult> {
    if (!this.due) this.send();
    this.due = true;
    return this.next.add(text, values);
  }

  /** A statement whose result nobody needs: it is sent with what comes next, which fails if it does. */
  write(text: string, values?: unknown[]): void {
    this.next.add(text, values).catch((error) => {
      this.failure ??= error;
    });
    if (this.next.size < LARGEST_BATCH) return;
    this.full.push(this.next);
    this.next = new Batch();
    this.send();
  }

  async commit(): Promise<void> {
    const { command } = await this.query('COMMIT');
    // After a failure that the work has caught, PostgreSQL makes a ROLLBACK of it and does not call that an error.
    if (command !== 'COMMIT') throw new Error('A statement of the transaction has failed, and so all of it.');
  }

  /** What waits to be written is not: a failure would keep PostgreSQL from looking at what comes behind it. */
  async rollback(): Promise<void> {
    this.full.length = 0;
    this.next = new Batch();
    await this.query('ROLLBACK');
  }

  /** Why it has failed: what comes after a write that has is only refused. */
  cause(error: unknown): unknown {
    return (error as { code?: string }).code === REFUSED ? (this.failure ?? error) : error;
  }

  private send(): void {
    this.sent = this.sent.then(async () => {
      let batch = this.full.shift();
      if (!batch) {
        batch = this.next;
        this.next = new Batch();
        this.due = false;
      }
      if (batch.size > 0) await batch.sendOn(this.client);
    });
  }
}

/** Runs `work` in a transaction whose statements PostgreSQL ends after `deadline` milliseconds, also while they wait for a lock. */
export async function transaction<T>(pool: Pool, deadline: number, work: (db: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const db = new Transaction(client, deadline);
  let broken: Error | undefined;
  try {
    const result = await work(db);
    await db.commit();
    return result;
  } catch (error) {
    broken = await db.rollback().then(
      () => undefined,
      (failure) => failure,
    );
    throw db.cause(error);
  } finally {
    client.release(broken);
  }
}
