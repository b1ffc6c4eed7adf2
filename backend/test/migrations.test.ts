import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import pg from 'pg';
import type { DatabaseConfig } from '../src/config.ts';
import { migrate } from '../src/database/schema.ts';
import { connected, freshDatabase, OWNER } from './servers/postgres.ts';
import { startService } from './service.ts';
import { until } from './until.ts';

describe('migrations', () => {
  test('migrations run once, also when many start them, and a database without them is not ready', async () => {
    const config = { ...(await freshDatabase('migrations')), user: OWNER };
    const empty = { ...config, database: `${config.database}_empty` };
    await connected(config, (client) => client.query(`CREATE DATABASE ${empty.database} TEMPLATE template0`));
    const unready = await startService('unready', { config: empty });
    const readiness = () => unready.ask('GET', '/actuator/health/readiness');
    assert.equal((await readiness()).status, 503);
    assert.equal((await unready.ask('GET', '/api/customers')).status, 503);
    const applied = await Promise.all([migrate(empty), migrate(empty), migrate(empty)]);
    const files = readdirSync('migrations').sort();
    assert.deepEqual(applied.flat(), files);
    assert.deepEqual(await migrate(empty), []);
    assert.equal((await readiness()).status, 200);
    await connected(empty, (client) => client.query(`DELETE FROM migration WHERE version >= ${files.length}`));
    const behind = await readiness();
    assert.deepEqual(
      [behind.status, behind.body.components.db.details.error],
      [503, `the tables are of version ${files.length - 1}, and must be of ${files.length}: run the migrations`],
    );
    await connected(empty, (client) => client.query(`INSERT INTO migration (version) VALUES (${files.length + 1})`));
    assert.deepEqual(await migrate(empty), [], 'a newer database is left as it is');
    await unready.end();
  });

  /** As 0.1.0 has left it: the first three files, in one transaction. */
  async function databaseOfBefore(name: string): Promise<DatabaseConfig> {
    const template = await freshDatabase(name);
    const config = { ...template, user: OWNER, database: `${template.database}_before` };
    await connected({ ...template, user: OWNER }, (client) =>
      client.query(`CREATE DATABASE ${config.database} TEMPLATE template0`),
    );
    await connected(config, async (client) => {
      await client.query(
        'CREATE TABLE migration (version bigint PRIMARY KEY, name text, md5 text, run_at timestamptz)',
      );
      for (const file of readdirSync('migrations').sort().slice(0, 3)) {
        const text = readFileSync(`migrations/${file}`, 'utf8');
        await client.query(text);
        await client.query('INSERT INTO migration VALUES ($1, $2, $3, now())', [
          ...[Number(file.slice(0, 3)), file.split('.')[2], createHash('md5').update(text).digest('hex')],
        ]);
      }
    });
    return config;
  }

  test('migrations hold nobody up while a dump is open, and go on where they were when it ends', async () => {
    const config = await databaseOfBefore('dumped');
    const clients = await Promise.all(
      [1, 2, 3].map(async () => {
        const client = new pg.Client({ ...config, statement_timeout: 20_000 });
        await client.connect();
        return client;
      }),
    );
    const [dump, reader, user] = clients as [pg.Client, pg.Client, pg.Client];
    const one = async (text: string) => (await user.query(text)).rows[0];
    const customer = `INSERT INTO customer (id, name, email) VALUES (gen_random_uuid(), 'Ada', 'a@example.com') RETURNING id`;
    try {
      const { id } = await one(customer);
      await user.query(
        `INSERT INTO invoice (id, customer_id, amount, currency, state)
         SELECT gen_random_uuid(), $1, amount, 'EUR', state FROM (VALUES (0, 'issued'), (0, 'overdue'), (0, 'cancelled'), (1, 'issued')) AS x (amount, state)`,
        [id],
      );
      // What is left of an attempt that was stopped.
      await user.query('CREATE INDEX inbox_oldest ON inbox (event_id)');
      await user.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'inbox_oldest'::regclass`);
      await dump.query('BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK customer IN ACCESS SHARE MODE; SELECT 1');
      // Two of them, of which one only waits: an index waits for the end of every statement, also for that of a lock.
      const migrated = Promise.all([migrate(config, 10), migrate(config, 10)]);
      migrated.catch(() => {});
      await until(
        'a migration that waits for the customers',
        () =>
          one(`SELECT count(*)::integer AS many FROM pg_locks WHERE relation = 'customer'::regclass AND NOT granted`),
        ({ many }) => many === 1,
      );
      await one(customer);
      assert.equal((await one('SELECT max(version)::integer AS version FROM migration')).version, 4);
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM audit');
      await dump.query('COMMIT');
      const progress = 'SELECT phase FROM pg_stat_progress_create_index WHERE datname = current_database()';
      await until(
        'an index that waits',
        () => one(progress),
        (row) => /^waiting/.test(row?.phase),
      );
      await one(customer);
      await one(`INSERT INTO inbox VALUES ('any', 'any', 'any') RETURNING 1`);
      await reader.query('COMMIT');
      const files = readdirSync('migrations').sort();
      assert.deepEqual((await migrated).flat(), files.slice(3));
      const { rows: indexes } = await user.query(
        `SELECT relname, indisvalid, pg_get_indexdef(oid) AS made FROM pg_class JOIN pg_index ON oid = indexrelid
         WHERE indrelid IN ('inbox'::regclass, 'idempotency'::regclass) AND NOT indisprimary ORDER BY 1`,
      );
      assert.deepEqual(
        indexes.map(({ relname, indisvalid, made }) => [relname, indisvalid, made.split(' USING ')[1]]),
        [
          ['idempotency_oldest', true, 'btree (created_at)'],
          ['inbox_oldest', true, 'btree (processed_at)'],
        ],
      );
      const { rows: invoices } = await user.query('SELECT amount, state, version FROM invoice ORDER BY 1, 2');
      assert.deepEqual(
        invoices.map((row) => Object.values(row)),
        [
          [0, 'cancelled', 1],
          [0, 'paid', 2],
          [0, 'paid', 2],
          [1, 'issued', 1],
        ],
      );
    } finally {
      for (const client of clients) await client.end();
    }
  });
});
