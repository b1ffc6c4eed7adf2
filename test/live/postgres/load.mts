// Writes rows as an application does, each in a transaction of two statements, keeps account of each, and looks at its
// end for what was acknowledged. Prints READY when it has begun and, once /tmp/stop is there, one JSON object.
//
//   load.mjs HOST PORT DATABASE ROLE RUN ROWS_PER_SECOND LIFETIME_SECONDS    the password is in $PASSWORD
import pg from 'pg';
import { openLoop, percentiles } from '../../../cluster/open-loop.mjs';
import { inARow } from '../in-a-row.mjs';

const [host, port, database, user, run] = process.argv.slice(2) as [string, string, string, string, string];
const [rate, maxLifetimeSeconds] = process.argv.slice(7).map(Number) as [number, number];
const server = { host, port: Number(port), database, user, password: process.env['PASSWORD'] };
const pool = new pg.Pool({
  ...server,
  ...{ max: 10, maxLifetimeSeconds, connectionTimeoutMillis: 20_000, query_timeout: 20_000 },
});
// A connection that ends between two queries ends the program, unless somebody listens: in the pool, and in use.
pool.on('error', () => {});
pool.on('connect', (client) => client.on('error', () => {}));

const account = { sent: 0, acknowledged: 0, failed: 0, firstFailure: '' };
const acknowledged = new Set<number>();
const latencies: number[] = [];
let lastAcknowledged = 0;
let longestStall = 0;

/**
 * A PgBouncer with no clients that found no server when it last asked for one refuses the first that come with what it
 * remembers, however long ago the outage was.
 */
async function login(): Promise<void> {
  const client = new pg.Client({ ...server, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}

async function transaction(number: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO load (run, number, half) VALUES ($1, $2, 1)', [run, number]);
    await client.query('INSERT INTO load (run, number, half) VALUES ($1, $2, 2)', [run, number]);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function write(number: number): Promise<void> {
  account.sent++;
  const start = performance.now();
  try {
    await transaction(number);
  } catch (error) {
    account.failed++;
    account.firstFailure ||= String(error);
    return;
  }
  const now = performance.now();
  acknowledged.add(number);
  account.acknowledged++;
  longestStall = Math.max(longestStall, now - lastAcknowledged);
  lastAcknowledged = now;
  latencies.push(now - start);
}

/** Of those acknowledged, the ones that are not there; and those, acknowledged or not, of which there is a half or more than one. */
async function found(): Promise<{ lost: number; torn: number }> {
  const { rows } = await pool.query('SELECT number, count(*)::int AS halves FROM load WHERE run = $1 GROUP BY 1', [
    run,
  ]);
  const there = new Set(rows.map((row) => Number(row.number)));
  const lost = [...acknowledged].filter((number) => !there.has(number)).length;
  return { lost, torn: rows.filter(({ halves }) => halves !== 2).length };
}

await inARow(login);
lastAcknowledged = performance.now();
await openLoop(rate, write);
const summary = { longestStallMs: Math.round(longestStall), ...percentiles(latencies) };
console.log(JSON.stringify({ ...account, ...summary, ...(await found()) }));
await pool.end();
