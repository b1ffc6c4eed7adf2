import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Table } from '../src/database/housekeeping.ts';
import { enqueue } from '../src/database/outbox.ts';
import { OutboxPosition } from '../src/database/outbox-position.ts';
import { createPool } from '../src/database/pool.ts';
import { Relay } from '../src/database/relay.ts';
import { type Transaction, transaction } from '../src/database/transaction.ts';
import { type EventBus, type Message, NotPublished, type RefusedMessage } from '../src/events/bus.ts';
import { createLog } from '../src/log.ts';
import { startService } from './service.ts';
import { until } from './until.ts';

/** Takes messages as it is told to. What Kafka does with them is another test. */
class Bus implements Partial<EventBus> {
  readonly taken: string[] = [];
  answer = async (messages: readonly Message[]): Promise<RefusedMessage[]> => this.take(messages);

  publish = (messages: readonly Message[]) => this.answer(messages);

  take(messages: readonly Message[]): RefusedMessage[] {
    this.taken.push(...messages.map(({ topic, key }) => `${key} ${topic}`));
    return [];
  }
}

const message = (key: string, topics = ['bss.events']) => ({
  // Whatever bytes a record has: it may be a dead letter.
  ...{ topics, key: Buffer.from(key), headers: { odd: Buffer.from([0, 255]) }, value: Buffer.from([0, 255]) },
});

/** A database of the test's own, with relays on it that end with the test. */
async function open(context: TestContext) {
  const [service, bus] = [await startService(`outbox-${randomUUID()}`), new Bus()];
  const relays: { relay: Relay; pool: pg.Pool }[] = [];
  context.after(async () => {
    for (const { relay, pool } of relays) {
      await relay.stop();
      await pool.end();
    }
    await service.end();
  });
  const startRelay = () => {
    const pool = createPool(service.config, 1, 15_000);
    const relay = new Relay(pool, bus as unknown as EventBus, service.metrics, createLog('silent'));
    relays.push({ relay, pool });
    relay.start();
    return { relay, pool };
  };
  const sql = async (text: string) => (await service.database.pool.query(text)).rows;
  const number = async (text: string) => Number((await sql(`SELECT (${text})::text AS number`))[0].number);
  const position = () => number('SELECT last_value FROM outbox_position');
  const waiting = () => number('SELECT count(*) FROM outbox');
  const put = (...messages: ReturnType<typeof message>[]) =>
    transaction(service.database.pool, 5000, async (db) => {
      for (const one of messages) enqueue(db, one);
    });
  const taken = (many: number) =>
    until(
      'messages',
      async () => bus.taken,
      (all) => all.length >= many,
    );
  return { service, bus, startRelay, sql, number, position, waiting, put, taken };
}

describe('the outbox', { concurrency: true }, () => {
  test('of more events than a statement has parameters commits as any other', async (t) => {
    const { service, waiting } = await open(t);
    const many = 20_000;
    await service.database.change('test', async ({ announce }) => {
      for (let index = 0; index < many; index += 1) {
        announce('com.droid.bss.audit.recorded', `${index}`, 1, {} as never);
      }
    });
    assert.equal(await waiting(), many);
  });

  test('sets aside for a person what Kafka refuses, on the topic that refused it, and sends all that is behind it', async (t) => {
    const { service, bus, startRelay, sql, number, waiting, put, taken } = await open(t);
    bus.answer = async (messages) => {
      const [refused, others] = [
        messages.filter(({ topic, key }) => `${key}` === 'large' && topic === 'bss.events'),
        messages.filter(({ topic, key }) => `${key}` !== 'large' || topic !== 'bss.events'),
      ];
      bus.take(others);
      return refused.map((message) => ({ message, reason: 'MESSAGE_TOO_LARGE: 1200000 bytes' }));
    };
    startRelay();
    const both = ['bss.order.events', 'bss.events'];
    await put(message('before', both), message('large', both), message('behind', both));
    await taken(5);
    await until('an empty outbox', waiting, (left) => left === 0);
    assert.deepEqual(bus.taken, [
      ...['before bss.order.events', 'before bss.events'],
      ...['large bss.order.events', 'behind bss.order.events', 'behind bss.events'],
    ]);
    const text = await service.metrics.registry.metrics();
    assert.match(text, /^bss_kafka_refused_total\{topic="bss.events"\} 1$/m);
    assert.match(text, /^bss_outbox_refused 1$/m);

    const [look, again] = documented();
    const [seen] = await sql(look);
    assert.deepEqual([seen.topics, seen.reason], [['bss.events'], 'MESSAGE_TOO_LARGE: 1200000 bytes']);
    bus.answer = async (messages) => bus.take(messages);
    await sql(again.replace('42', seen.seq));
    await taken(6);
    assert.equal(bus.taken.at(-1), 'large bss.events');
    assert.equal(await number('SELECT count(*) FROM outbox_refused'), 0);
  });

  test('sends again only what has not arrived, when some partitions have no leader', async (t) => {
    const { bus, startRelay, position, waiting, put, taken } = await open(t);
    let leader = false;
    bus.answer = async (messages) => {
      const published = new Set(messages.filter(({ topic }) => leader || topic !== 'bss.events'));
      bus.take([...published]);
      if (published.size < messages.length) throw new NotPublished('no leader', published, []);
      return [];
    };
    startRelay();
    await put(message('a', ['bss.order.events', 'bss.events']), message('b', ['bss.order.events']));
    await until('what can be sent', waiting, (left) => left === 1);
    assert.equal(await position(), 0);
    leader = true;
    await taken(3);
    assert.deepEqual(bus.taken, ['a bss.order.events', 'b bss.order.events', 'a bss.events']);
    await until('an empty outbox', waiting, (left) => left === 0);
  });

  test('goes on behind more of one partition than is looked at, when that partition has no leader, and keeps its order', async (t) => {
    const { bus, startRelay, put, taken } = await open(t);
    let leader = false;
    const isStuck = ({ key }: Message) => `${key}`.startsWith('stuck') && !leader;
    bus.answer = async (messages) => {
      const published = new Set(messages.filter((message) => !isStuck(message)));
      bus.take([...published]);
      if (published.size < messages.length) throw new NotPublished('no leader', published, []);
      return [];
    };
    startRelay();
    const large = Buffer.alloc(600 * 1024);
    await put(...Array.from({ length: 20 }, (_, index) => ({ ...message(`stuck ${index}`), value: large })));
    await put(...Array.from({ length: 600 }, (_, index) => message(`stuck ${index}`)));
    await put(message('healthy'));
    await taken(1);
    assert.deepEqual(bus.taken, ['healthy bss.events']);
    await put(message('stuck 0'), message('healthy too'));
    await taken(2);
    leader = true;
    await taken(623);
    const of = (key: string) => bus.taken.filter((one) => one === `${key} bss.events`).length;
    assert.deepEqual([of('stuck 0'), of('stuck 19'), of('stuck 599')], [3, 2, 1]);
  });

  test('is looked at from where nothing before waits, and what commits late is found', async (t) => {
    const { service, bus, startRelay, position, waiting, put, taken } = await open(t);
    startRelay();
    await put(message('first'));
    await until('the position behind it', position, (at) => at === 1);
    const late = new pg.Client({ ...service.config });
    await late.connect();
    await late.query('BEGIN');
    await late.query(`INSERT INTO outbox (topics, key, headers) VALUES ('{bss.events}', 'late', '{}')`);
    await put(message('third'));
    await taken(2);
    await until('an empty outbox', waiting, (left) => left === 0);
    assert.equal(await position(), 1);
    await late.query('COMMIT');
    await late.end();
    await taken(3);
    assert.deepEqual(bus.taken, ['first bss.events', 'third bss.events', 'late bss.events']);
  });

  test('is looked at from the first by a relay that begins: who sent may not have come to the commit', async (t) => {
    const { bus, startRelay, sql, waiting, put, taken } = await open(t);
    await put(message('sent'), message('new'));
    await sql('SELECT move_outbox_position(1)');
    startRelay();
    await taken(2);
    assert.deepEqual(bus.taken, ['sent bss.events', 'new bss.events']);
    await until('an empty outbox', waiting, (left) => left === 0);
  });

  test('is asked for by twelve relays a few times a second while Kafka is away and changes go on', async (t) => {
    const { bus, startRelay, put } = await open(t);
    let away: ((error: Error) => void) | undefined;
    bus.answer = () =>
      new Promise((_, reject) => {
        away = reject;
      });
    let asked = 0;
    await put(message('stuck'));
    const changes = Array.from({ length: 12 }, () => {
      const { relay, pool } = startRelay();
      pool.on('acquire', () => {
        asked += 1;
      });
      return setInterval(() => relay.wake(), 10);
    });
    // By then each has waited twice as long as before, six times.
    await sleep(1500);
    asked = 0;
    await sleep(1000);
    const perSecond = asked;
    for (const timer of changes) clearInterval(timer);
    bus.answer = () => Promise.reject(new Error('away'));
    away!(new Error('away'));
    assert.ok(perSecond <= 36, `${perSecond} times in a second`);
  });
});

test('the position of the outbox goes on behind what was done, and waits for a number until its transaction must have ended', async () => {
  const written: unknown[] = [];
  const db = { write: (_text: string, [value]: unknown[]) => written.push(value) } as unknown as Transaction;
  const at = new OutboxPosition(0);
  const look = (position: bigint, newest: bigint, ended: bigint, done: bigint[], complete = true) => {
    at.advance(db, { position, newest, ended, next: 50n }, done, complete);
    return written.splice(0);
  };
  assert.deepEqual(look(0n, 2n, 50n, [1n, 2n]), ['2']);
  assert.deepEqual(look(2n, 6n, 40n, [4n, 6n]), []);
  assert.deepEqual(look(2n, 6n, 40n, [5n]), []);
  assert.deepEqual(look(2n, 6n, 40n, [3n]), ['6']);
  // Who has taken 7 is at work as long as there are transactions of that time, and longer than any clock says.
  assert.deepEqual(look(6n, 8n, 40n, [8n]), []);
  await sleep(5);
  assert.deepEqual(look(6n, 9n, 49n, [9n]), []);
  // More than what was looked at may still wait.
  assert.deepEqual(look(6n, 9n, 50n, [], false), []);
  assert.deepEqual(look(6n, 9n, 50n, []), ['9']);
});

/** The statements of the README about what was refused. */
function documented(): [string, string] {
  const section = readFileSync('README.md', 'utf8').split('### What Kafka refuses')[1]!;
  const [look, again] = [...section.matchAll(/^```sql\n([^`]*)^```/gm)].map(([, text]) => text!);
  return [look!, again!];
}

describe('housekeeping', () => {
  test('deletes all that is old, however much came in a minute, also while an older snapshot is open', async () => {
    const service = await startService('housekeeping');
    const { pool } = service.database;
    const snapshot = await pool.connect();
    const table = new Table(service.database, 'inbox', 'processed_at', '35 days', 500);
    const fill = (age: string) =>
      pool.query(`INSERT INTO inbox (consumer, source, event_id, processed_at)
        SELECT 'test', 'test', gen_random_uuid(), now() - interval '${age}' + number * interval '1 ms' FROM generate_series(1, 1600) AS number
        UNION ALL SELECT 'test', 'test', gen_random_uuid(), now() FROM generate_series(1, 10)`);
    const left = async () => Number((await pool.query('SELECT count(*) FROM inbox')).rows[0].count);
    try {
      await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await snapshot.query('SELECT 1');
      await fill('36 days');
      await Promise.all([
        table.forget(),
        new Table(service.database, 'inbox', 'processed_at', '35 days', 500).forget(),
      ]);
      assert.equal(await left(), 10);
      await fill('35 days 1 hour');
      await table.forget();
      assert.equal(await left(), 20);
    } finally {
      snapshot.release(true);
      await service.end();
    }
  });
});
