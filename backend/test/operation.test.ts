import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Table } from '../src/database/housekeeping.ts';
import { connected } from './servers/postgres.ts';
import { type Service, startService } from './service.ts';
import { until } from './until.ts';

describe('operation', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('operation', { deadline: 2000 });
  });
  after(() => service.end());

  const ada = { name: 'Ada', email: 'ada@example.com' };
  const get = (path: string) => service.ask('GET', `/actuator/${path}`);

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

  // A minute would be more than any scrape bears.
  test('figures are told while all connections are taken', { timeout: 30_000 }, async () => {
    const busy = await startService('busy', { deadline: 60_000 });
    const { pool } = busy.database;
    const taken = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
    const { status, body } = await busy.ask('GET', '/actuator/prometheus');
    assert.equal(status, 200);
    assert.match(body, /^process_cpu_seconds_total /m);
    for (const client of taken) client.release();
    await busy.end();
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
