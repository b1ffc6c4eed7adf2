import type { Pool, PoolClient, QueryResult } from 'pg';
import { Batch } from './batch.ts';

/** Whatever can be asked: a pool, or the connection of a transaction. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<QueryResult>;
}

/** Milliseconds for a statement, also while it waits for a lock; and until the locks of a process that froze are free. */
const LIMITS =
  "SELECT set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)";

/** One connection, in a transaction. */
export class Transaction implements Queryable {
  private next = new Batch();
  private sent = Promise.resolve();
  /** Something of `next` is waited for. */
  private due = false;

  constructor(
    private readonly client: PoolClient,
    deadline: number,
  ) {
    this.write('BEGIN');
    this.write(LIMITS, [`${deadline}`, `${2 * deadline}`]);
  }

  /** Is sent with what waits to be written, and with what is asked before the answer to what was sent before. */
  query(text: string, values?: unknown[]): Promise<QueryResult> {
    if (!this.due) {
      this.due = true;
      this.sent = this.sent.then(() => this.send());
    }
    return this.next.add(text, values);
  }

  /** A statement whose result nobody needs: it is sent with what comes next, which fails if it does. */
  write(text: string, values?: unknown[]): void {
    this.next.add(text, values).catch(() => {});
  }

  /** What waits to be written is not: a failure would keep PostgreSQL from looking at what comes behind it. */
  async rollback(): Promise<void> {
    this.next = new Batch();
    this.due = false;
    await this.query('ROLLBACK');
  }

  private send(): Promise<void> {
    const batch = this.next;
    this.next = new Batch();
    this.due = false;
    return batch.sendOn(this.client);
  }
}

/** Runs `work` in a transaction whose statements PostgreSQL ends after `deadline` milliseconds, also while they wait for a lock. */
export async function transaction<T>(pool: Pool, deadline: number, work: (db: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const db = new Transaction(client, deadline);
  let broken: Error | undefined;
  try {
    const result = await work(db);
    const { command } = await db.query('COMMIT');
    // After a failure that the work has caught, PostgreSQL makes a ROLLBACK of it and does not call that an error.
    if (command !== 'COMMIT') throw new Error('A statement of the transaction has failed, and so all of it.');
    return result;
  } catch (error) {
    broken = await db.rollback().then(
      () => undefined,
      (failure) => failure,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
