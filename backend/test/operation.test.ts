import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import type { DatabaseConfig } from '../src/config.ts';
import { Table } from '../src/database/housekeeping.ts';
import { migrate } from '../src/database/schema.ts';
import { freshDatabase, OWNER } from './servers/postgres.ts';
import { type Service, startService } from './service.ts';
import { until } from './until.ts';

describe('operation', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('operation', { deadline: 400 });
  });
  after(() => service.end());

  const ada = { name: 'Ada', email: 'ada@example.com' };
  const get = (path: string) => service.ask('GET', `/actuator/${path}`);

  async function connected<T>(config: DatabaseConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ ...config });
    await client.connect();
    return work(client).finally(() => client.end());
  }

  test('health is what Spring Boot calls it', async () => {
    assert.deepEqual((await get('health')).body, {
      status: 'UP',
      groups: ['liveness', 'readiness'],
      components: { db: { status: 'UP' } },
    });
    assert.deepEqual((await get('health/liveness')).body, { status: 'UP' });
    assert.equal((await get('health/readiness')).status, 200);
    assert.equal((await get('info')).body.app.name, 'bss-backend');
  });

  test('a component that is away, or says nothing, shows in health; only the database takes the pod out', async () => {
    const { components } = service.health as { components: Record<string, () => Promise<unknown>> };
    components['kafka'] = () => Promise.reject(new Error('gone'));
    components['redis'] = () => new Promise(() => {});
    const [health, readiness] = await Promise.all([get('health'), get('health/readiness')]);
    assert.equal(health.status, 503);
    assert.deepEqual(health.body.components.kafka, { status: 'DOWN', details: { error: 'gone' } });
    assert.equal(health.body.components.redis.status, 'DOWN');
    assert.deepEqual([readiness.status, readiness.body.components.kafka.status], [200, 'DOWN']);
    delete components['kafka'];
    delete components['redis'];
  });

  test('requests are measured under the names of Micrometer, by route and not by id', async () => {
    await service.ask('GET', '/api/customers/00000000-0000-4000-8000-000000000000');
    await service.ask('POST', '/api/customers', ada);
    const { body, headers } = await until(
      'both requests, which are counted when their answers are sent',
      () => get('prometheus'),
      ({ body }) => /status="404"/.test(body) && /status="201"/.test(body),
    );
    assert.match(String(headers['content-type']), /^text\/plain/);
    assert.match(
      body,
      /http_server_requests_seconds_count\{method="GET",uri="\/api\/customers\/:id",status="404",outcome="CLIENT_ERROR",exception="not-found"\} 1/,
    );
    assert.match(
      body,
      /http_server_requests_seconds_bucket\{le="0.005",method="POST",uri="\/api\/customers",status="201",outcome="SUCCESS",exception="None"\}/,
    );
    assert.match(body, /^bss_outbox_pending 1$/m);
    assert.match(body, /^bss_outbox_oldest_seconds \d+\.\d+/m);
    assert.doesNotMatch(body, /actuator/);
  });

  test('a request that waits for a lock gives up at its deadline, and the next one is served', async () => {
    const { body } = await service.ask('POST', '/api/customers', ada);
    await connected(service.config, async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM customer WHERE id = $1 FOR UPDATE', [body.id]);
      const start = Date.now();
      const answer = await service.ask('PATCH', `/api/customers/${body.id}`, { name: 'Grace' });
      assert.equal(answer.status, 503);
      assert.equal(answer.headers['retry-after'], '1');
      assert.ok(Date.now() - start < 10_000);
    });
    assert.equal((await service.ask('PATCH', `/api/customers/${body.id}`, { name: 'Grace' })).status, 200);
  });

  test('a server that is not there is told as 503, by requests and by readiness, and nothing hangs', async () => {
    const away = await startService('away', { deadline: 400, config: { ...service.config, port: 1 } });
    try {
      for (const [method, path, body] of [
        ['GET', '/api/customers', undefined],
        ['POST', '/api/customers', ada],
      ] as const) {
        const start = Date.now();
        const answer = await away.ask(method, path, body);
        assert.equal(answer.status, 503);
        assert.ok(Date.now() - start < 10_000);
      }
      assert.equal((await away.ask('GET', '/actuator/health/readiness')).status, 503);
      assert.equal((await away.ask('GET', '/actuator/health/liveness')).status, 200);
      assert.equal((await away.ask('GET', '/actuator/prometheus')).status, 200);
    } finally {
      await away.end();
    }
  });

  test('connections that PostgreSQL ends are replaced', async () => {
    const { pool } = service.database;
    await service.ask('GET', '/api/customers');
    await connected(service.config, (client) =>
      client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      ),
    );
    // All of them wait for work, and the pool drops each when it hears of its end.
    await until(
      'a pool that has heard of it',
      async () => pool.totalCount,
      (many) => many === 0,
    );
    for (let round = 0; round < 10; round += 1)
      assert.equal((await service.ask('POST', '/api/customers', ada)).status, 201);
  });

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

  test('what another process had locked when old rows were deleted is deleted a day later', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
    const { database, config } = service;
    const left = async () => (await database.query(`SELECT event_id FROM inbox WHERE consumer = 'old'`)).rows.length;
    const table = new Table(database, 'inbox', 'processed_at', '35 days');
    await database.query(
      `INSERT INTO inbox SELECT 'old', 'any', number, now() - interval '40 days' + number * interval '1 s' FROM generate_series(1, 3) AS number`,
    );
    await connected(config, async (other) => {
      await other.query(`BEGIN; DELETE FROM inbox WHERE consumer = 'old' AND event_id = '1'`);
      await table.forget();
      await other.query('ROLLBACK');
    });
    await table.forget();
    assert.equal(await left(), 1);
    t.mock.timers.tick(25 * 3_600_000);
    await table.forget();
    assert.equal(await left(), 0);
  });
});
