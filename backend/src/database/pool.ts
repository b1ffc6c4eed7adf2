import pg from 'pg';
import type { DatabaseConfig } from '../config.ts';

// Everything that leaves this process is JSON: times are text at once, in one form.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());

/**
 * A pool of `max` connections that gives up on a server that does not answer. PostgreSQL or PgBouncer in transaction
 * mode: no prepared statement, no session state.
 */
export function createPool(config: DatabaseConfig, max: number, deadline: number): pg.Pool {
  const pool = new pg.Pool({
    ...{ host: config.host, port: config.port, database: config.database },
    ...{ user: config.user, password: config.password },
    max,
    connectionTimeoutMillis: deadline,
    // Only where the server is gone without a word: PostgreSQL itself ends the statement before.
    query_timeout: deadline + 1000,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: config.lifetime,
    keepAlive: true,
  });
  // A connection that breaks is replaced when it is needed. Without these an idle one, and one between two statements of a
  // transaction, would end the process: https://node-postgres.com/apis/client#error
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in a transaction that PostgreSQL ends after `deadline` milliseconds, also while it waits for a lock. */
export async function transaction<T>(
  pool: pg.Pool,
  deadline: number,
  work: (db: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // One round trip. The second setting frees the locks of a process that froze.
    await client.query(
      `BEGIN; SET LOCAL statement_timeout = ${deadline}; SET LOCAL idle_in_transaction_session_timeout = ${deadline * 2}`,
    );
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = await client.query('ROLLBACK').then(
      () => undefined,
      (failure) => failure,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
