import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import Postgrator from 'postgrator';
import type { DatabaseConfig } from '../config.ts';
import { describeFailure } from '../log.ts';
import type { Queryable } from './transaction.ts';

const TABLE = 'migration';
/** Any number, the same in all processes. */
const LOCK = 0x6273_7302;
const PATIENCE = 300_000;
const DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Brings the database to the newest version, in one transaction: all of it or nothing. Who comes second waits for the
 * first. A database that is newer is left as it is, so that an older backend can be brought back.
 * @returns the names of the files that were run
 */
export async function migrate(config: DatabaseConfig): Promise<string[]> {
  const client = await connect(config);
  try {
    // Who is stopped in the middle of a long statement leaves its locks within a second, and not at the end of it.
    await client.query('SET client_connection_check_interval = 1000');
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const postgrator = new Postgrator({
      ...{ driver: 'pg', schemaTable: TABLE, migrationPattern: `${DIRECTORY}/*.sql` },
      execQuery: (sql) => client.query(sql),
    });
    const [now, newest] = [await postgrator.getDatabaseVersion(), await postgrator.getMaxVersion()];
    const applied = now < newest ? await postgrator.migrate() : [];
    await client.query('COMMIT');
    return applied.map(({ filename }) => filename.slice(DIRECTORY.length + 1));
  } finally {
    await client.end();
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
