import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Pool } from 'pg';
import type { Processor } from '../src/consumers/processor.ts';
import { Database, type Work } from '../src/database/database.ts';
import { Outbox } from '../src/database/outbox.ts';
import type { Received } from '../src/events/bus.ts';
import { consuming, never, said } from './consuming.ts';
import { failure } from './failure.ts';
import { type Service, startService } from './service.ts';
import { until } from './until.ts';

describe('retries', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('retries');
    await service.ask('POST', '/api/customers', { name: 'Ada', email: 'ada@example.com' });
  });
  after(() => service.end());

  const { received, doing, newest } = consuming(() => service);

  const raise = ({ db }: Work, code: string) =>
    db.query(`DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '${code}'; END $$`);

  for (const code of ['53300', '53100', '25006', '28P01', '58030']) {
    test(`a database that answers ${code} twenty times is waited for, and the event has its effect then`, async () => {
      let tries = 0;
      const waiting = doing(
        async (work) => {
          tries += 1;
          if (tries <= 20) await raise(work, code);
        },
        { pause: 1e-6 },
      );
      assert.equal(await waiting.process(received(), never), 'applied');
      assert.equal(tries, 21);
    });
  }

  for (const code of ['57014', '40001', '40P01', '55P03', '25P03', '22003', '08P01', '57P01', 'XX000']) {
    test(`an event that makes the database answer ${code} each time is a dead letter after five attempts`, async () => {
      let tries = 0;
      const hopeless = doing((work) => {
        tries += 1;
        return raise(work, code);
      });
      assert.equal(await hopeless.process(received(), never), 'dead');
      assert.equal(tries, 5);
      assert.deepEqual([said(await newest(), 'reason'), said(await newest(), 'detail')], ['handler-failed', 'as told']);
    });
  }

  test('a handler that is always too slow is a dead letter, and its pauses are longer than those of a bug', async () => {
    const times: number[] = [];
    const slow = doing(
      async ({ db }) => {
        times.push(performance.now());
        // Of the handler's alone: what goes before it may take as long as the disk needs.
        await db.query("SELECT set_config('statement_timeout', '20', true)");
        await db.query('SELECT pg_sleep(60)');
      },
      { pause: 0.1 },
    );
    assert.equal(await slow.process(received(), never), 'dead');
    assert.match(said(await newest(), 'detail')!, /statement timeout/);
    assert.equal(said(await newest(), 'attempts'), '5');
    assert.equal(times.length, 5);
    const last = times[4]! - times[3]! - 20;
    assert.ok(last > 100, `only ${last} ms, where a bug is tried again after 0.8`);
  });

  test('an event that ends its connection each time is a dead letter; one whose connection ended once is not', async () => {
    const end = ({ db }: Work) => db.query('SELECT pg_terminate_backend(pg_backend_pid())');
    assert.equal(await doing(end).process(received(), never), 'dead');
    let tries = 0;
    const unlucky = doing(async (work) => {
      tries += 1;
      if (tries === 1) await end(work);
    });
    assert.equal(await unlucky.process(received(), never), 'applied');
  });

  test('connections that fail before the work begins do not use up the attempts of failures that do', async () => {
    const { pool } = service.database;
    let connects = 0;
    const connect = () => {
      connects += 1;
      // Every second one, and twenty before the first.
      if (connects <= 20 || connects % 2 === 0) throw failure('read ECONNRESET', { code: 'ECONNRESET' });
      return pool.connect();
    };
    const flaky = new Proxy(pool, {
      get: (of, name) => (name === 'connect' ? async () => connect() : Reflect.get(of, name)),
    });
    const database = new Database(flaky as Pool, new Outbox(async () => {}), 5000);
    let tries = 0;
    const unlucky = doing(
      async () => {
        tries += 1;
        if (tries < 5) throw new Error('a bug');
      },
      { database, pause: 1e-6 },
    );
    assert.equal(await unlucky.process(received(), never), 'applied');
    assert.equal(tries, 5);
  });

  test('connections that were broken before the work, and show it only then, do not use them up either', async () => {
    const { pool } = service.database;
    let connects = 0;
    const connect = async () => {
      const client = await pool.connect();
      connects += 1;
      if (connects <= 10) {
        const ended = new Promise((resolve) => client.once('end', resolve));
        const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
        await pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
        await ended;
      }
      return client;
    };
    const stale = new Proxy(pool, { get: (of, name) => (name === 'connect' ? connect : Reflect.get(of, name)) });
    const database = new Database(stale as Pool, new Outbox(async () => {}), 5000);
    assert.equal(await doing(async () => {}, { database, pause: 1e-6 }).process(received(), never), 'applied');
    assert.equal(connects, 11);
  });

  test('a missing table is waited for while the migrations are behind, and is a bug when they are not', async () => {
    const lost = doing(({ db }) => db.query('SELECT 1 FROM not_there'));
    assert.equal(await lost.process(received(), never), 'dead');
    assert.match(said(await newest(), 'detail')!, /"not_there" does not exist/);

    await service.asOwner('ALTER TABLE migration RENAME TO migration_away');
    let tries = 0;
    const early = doing(async ({ db }) => {
      tries += 1;
      await db.query('SELECT 1 FROM soon_there');
    });
    const outcome = early.process(received(), never);
    await until(
      'more attempts than a bug has',
      async () => tries,
      (many) => many > 7,
    );
    await service.asOwner('CREATE TABLE soon_there (); ALTER TABLE migration_away RENAME TO migration');
    assert.equal(await outcome, 'applied');
  });

  test('a stop ends every pause at once: of an event, of a slow one, and of a letter that is not stored', async () => {
    const refused = new Proxy(service.database.pool, {
      get: (of, name) =>
        name === 'connect' ? () => Promise.reject(failure('x', { code: 'ECONNREFUSED' })) : Reflect.get(of, name),
    });
    const away = new Database(refused as Pool, new Outbox(async () => {}), 5000);
    const poison = received({ key: null, value: Buffer.from('no event'), headers: {} });
    const paused: [Processor, Received][] = [
      [doing(() => Promise.reject(new Error('a bug')), { pause: 60_000 }), received()],
      [doing((work) => raise(work, '57014'), { pause: 60_000 }), received()],
      [doing(async () => {}, { database: away, pause: 60_000 }), received()],
      [doing(async () => {}, { database: away, pause: 60_000 }), poison],
    ];
    for (const [stuck, message] of paused) {
      const closing = new AbortController();
      const before = (await service.metrics.retries.get()).values[0]?.value ?? 0;
      const outcome = stuck.process(message, closing.signal);
      const retries = async () => (await service.metrics.retries.get()).values[0]?.value ?? 0;
      await until('a pause', retries, (many) => many > before);
      const start = performance.now();
      closing.abort();
      await assert.rejects(outcome, { name: 'AbortError' });
      // Of a pause of a minute.
      assert.ok(performance.now() - start < 10_000);
    }
  });
});
