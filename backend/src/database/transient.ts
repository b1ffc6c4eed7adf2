/** What a failure of a statement says about the statement. */
export type Cause =
  /** Nothing: the database is not there, lets nobody in, or has no room. */
  | 'away'
  /** Nothing, if the migrations have not brought the table, the column or the right yet. */
  | 'unready'
  /** Little: the connection ended. Many do when a server stops; one that always does may be ended by the statement. */
  | 'lost'
  /** Little: it took too long, or others were in its way. */
  | 'busy'
  /** That it would fail again. */
  | 'refused';

/** By the longest beginning of the code. @see https://www.postgresql.org/docs/16/errcodes-appendix.html */
const STATES: Readonly<Record<string, Cause>> = {
  '08': 'lost',
  // A standby, until the clients have found the new primary.
  '25006': 'away',
  // The connection was idle in its transaction for too long, or the transaction took too long.
  '25P03': 'busy',
  '25P04': 'busy',
  // A password that is being changed, a role or a database that is being made.
  '28': 'away',
  '3D000': 'away',
  // Serialization failures and deadlocks.
  '40': 'busy',
  '3F000': 'unready',
  '42P01': 'unready',
  '42703': 'unready',
  '42501': 'unready',
  '53': 'away',
  // Out of memory: by all together, or by this statement alone.
  '53200': 'busy',
  '55P03': 'busy',
  // The statement's time was over, or a person has ended it.
  '57014': 'busy',
  '57P': 'lost',
  '58': 'away',
};

/** PgBouncer says nearly everything as a protocol error, and ends the connection then. @see https://www.pgbouncer.org/config.html */
const OF_PGBOUNCER =
  /^(server |pooler |query_wait_timeout|client_(login|idle)_timeout|suspend_timeout|cancel_wait_timeout|pause |pgbouncer |bouncer |no more connections|client connections exceeded|no memory|out of memory|no such (user|database)|database ".*" is disabled|login rejected|admin forced|.*(server_login_retry|server conn crashed|authentication failed))/;
/** Of these PgBouncer says it, too, and they are the statement's. */
const TOO_SLOW = /^(query[ _]timeout|(idle )?transaction timeout)/;
const BROKEN = /packet|pkt|prepared statement|startup parameter/;

/** Of pg and pg-pool themselves, which give no code. */
const NOT_CONNECTED =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated due to connection timeout|Cannot use a pool after|SASL: |The server does not support SSL|There was an error establishing an SSL)/;
const ENDED =
  /^(Connection terminated|Query read timeout|Client (has encountered a connection error|was closed) and is not queryable)/;

/** Of the operating system, while the connection is made. @see https://man7.org/linux/man-pages/man3/errno.3.html */
const UNREACHABLE =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EMFILE|ENFILE)$/;
/** The same, of one that there was. */
const CUT = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENETRESET|ENOTCONN)$/;

/** What `error` says about what was tried. Whatever is unknown counts as refused: nothing is tried without end by mistake. */
export function causeOf(error: unknown): Cause {
  const { code = '', message = '', severity } = error as { code?: string; message?: string; severity?: string };
  if (code === '08P01') {
    if (TOO_SLOW.test(message)) return 'busy';
    if (BROKEN.test(message)) return 'refused';
    return severity === 'FATAL' || OF_PGBOUNCER.test(message) ? 'lost' : 'refused';
  }
  if (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) {
    const known = Object.keys(STATES).filter((state) => code.startsWith(state));
    return STATES[known.sort().at(-1) ?? ''] ?? 'refused';
  }
  if (UNREACHABLE.test(code) || NOT_CONNECTED.test(message)) return 'away';
  if (CUT.test(code) || ENDED.test(message)) return 'lost';
  return 'refused';
}

/** Whether the same statement may succeed later. */
export const isTransient = (error: unknown): boolean => causeOf(error) !== 'refused';

/** Whether it was a login that was refused, by PostgreSQL, by PgBouncer, or by pg because the other side knows no such password. */
export function isLogin(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return /^(28|3D)/.test(code) || /^SASL|authentication failed|no such (user|database)|login rejected/.test(message);
}
