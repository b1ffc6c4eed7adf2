import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import Postgrator from 'postgrator';
import type { DatabaseConfig } from '../config.ts';
import { describeFailure } from './describe-failure.ts';
import type { Queryable } from './queryable.ts';

const TABLE = 'migration';
/** Any number, the same in all processes. */
const LOCK = 0x6273_7302;
const PATIENCE = 300_000;
/** Milliseconds that a migration may hold up requests, and after which it tries again. Without end: its Job has a deadline. */
const [LOCK_TIMEOUT, PAUSE] = [1000, 10_000];
/** lock_not_available and deadlock_detected. */
const IN_THE_WAY = ['55P03', '40P01'];
const TURN_PAUSE = 200;
const DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Brings the database to the newest version, file by file: each is committed by itself, and whoever is stopped goes on
 * with the next one. Who comes second waits for the first. A database that is newer is left as it is, so that an older
 * backend can be brought back.
 * @param pause milliseconds before a file is tried again whose locks others had
 * @returns the names of the files that were run
 */
export async function migrate(config: DatabaseConfig, pause = PAUSE): Promise<string[]> {
  const client = await connect(config);
  try {
    // Who is stopped in the middle of a long statement leaves its locks within a second, and not at the end of it.
    await client.query('SET client_connection_check_interval = 1000');
    await takeTurn(client);
    const postgrator = new Postgrator({
      ...{ driver: 'pg', schemaTable: TABLE, migrationPattern: `${DIRECTORY}/*.sql` },
      execQuery: (sql) => client.query(sql),
      execSqlScript: async (sql) => {
        for (const statement of isConcurrent(sql) ? statementsOf(sql) : [sql]) await client.query(statement);
      },
    });
    const [now, files] = [await postgrator.getDatabaseVersion(), await postgrator.getMigrations()];
    const applied: string[] = [];
    for (const { version, filename, getSql } of files.filter(({ version }) => version > now)) {
      const name = filename.slice(DIRECTORY.length + 1);
      const step = () => postgrator.migrate(`${version}`);
      const way = isConcurrent(getSql()) ? besideOthers : inTransaction;
      if (way === besideOthers)
        console.log(`${name} waits for all transactions that are open, and nobody waits for it`);
      await untilNobodyIsInTheWay(name, pause, () => way(client, step));
      applied.push(name);
    }
    return applied;
  } finally {
    await client.end();
  }
}

/**
 * By asking again: a statement that waits has a snapshot, for whose end the other's index would wait. The turn ends with
 * the connection.
 */
async function takeTurn(client: pg.Client): Promise<void> {
  for (let told = false; ; told = true) {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    if (rows[0].mine) return;
    if (!told) console.log('Waits for other migrations of this database to end');
    await sleep(TURN_PAUSE);
  }
}

/** Of what is made while others write: PostgreSQL does not do that in a transaction, and not in a script of many statements. */
const statementsOf = (sql: string) =>
  sql
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.trim());
const isConcurrent = (sql: string) => statementsOf(sql).some((statement) => /\bCONCURRENTLY\b/.test(statement));

/** A lock that is waited for holds up all who come after: it is given up soon, and asked for again later. */
async function inTransaction(client: pg.Client, step: () => Promise<unknown>): Promise<void> {
  await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT}`);
  try {
    await step();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Nobody waits behind these, so they wait as long as it takes: for every transaction that is older, as that of a dump. */
async function besideOthers(client: pg.Client, step: () => Promise<unknown>): Promise<void> {
  await client.query('SET lock_timeout = 0');
  await step();
}

async function untilNobodyIsInTheWay(name: string, pause: number, run: () => Promise<void>): Promise<void> {
  for (let told = false; ; told = true) {
    try {
      return await run();
    } catch (error) {
      const { code = '', message } = error as pg.DatabaseError;
      if (!IN_THE_WAY.includes(code)) throw error;
      if (!told) console.log(`${name} waits for what another transaction has locked, as that of a dump: ${message}`);
      await sleep(pause);
    }
  }
}

/** Waits: a pod starts before its database, before its role is made, and before the network lets it through. */
async function connect({ host, port, database, user, password }: DatabaseConfig): Promise<pg.Client> {
  const deadline = Date.now() + PATIENCE;
  for (let told = ''; ; await sleep(1000)) {
    const client = new pg.Client({ host, port, database, user, password, connectionTimeoutMillis: 5000 });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      const { message } = error as Error;
      const why = describeFailure(error, { user, database, host, port });
      if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE / 1000} s for ${why}`);
      if (message !== told) console.log(`Waits for ${why}`);
      told = message;
    }
  }
}

/** @returns what throws until the database answers and has the tables that this backend was written for */
export async function schemaCheck(db: Queryable): Promise<() => Promise<void>> {
  const needed = (await readdir(DIRECTORY)).length;
  return async () => {
    const { rows } = await db.query(`SELECT max(version)::integer AS version FROM ${TABLE}`);
    const { version } = rows[0];
    if (version < needed)
      throw new Error(`the tables are of version ${version}, and must be of ${needed}: run the migrations`);
  };
}
