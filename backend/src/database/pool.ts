import { Socket } from 'node:net';
import pg from 'pg';
import type { DatabaseConfig } from '../config.ts';

// Everything that leaves this process is JSON: times are text at once, in one form.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());

/**
 * A pool of `max` connections that gives up on a server that does not answer. PostgreSQL or PgBouncer in transaction
 * mode: no session state but prepared statements, which PgBouncer knows by their names.
 */
export function createPool(config: DatabaseConfig, max: number, deadline: number): pg.Pool {
  const pool = new pg.Pool({
    ...{ host: config.host, port: config.port, database: config.database },
    ...{ user: config.user, password: config.password },
    max,
    // Statements are sent without waiting for the answers of those before: https://node-postgres.com/features/pipelining
    pipeline: true,
    stream: batchingSocket,
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

/**
 * A socket that sends what is written in one turn of the event loop with one system call. A call for each statement took
 * half of the CPU that a request cost. Over TLS it changes nothing.
 */
function batchingSocket(): Socket {
  const socket = new Socket();
  const cork = socket.cork.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let gathering = false;
  const gather = () => {
    if (gathering) return;
    gathering = true;
    cork();
    process.nextTick(() => {
      gathering = false;
      socket.uncork();
    });
  };
  return Object.assign(socket, {
    cork() {
      gather();
      cork();
    },
    write(...args: unknown[]) {
      gather();
      return write(...args);
    },
  });
}
