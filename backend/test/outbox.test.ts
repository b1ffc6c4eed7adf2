import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Message, NotPublished } from '../src/events/bus.ts';
import { message, openOutbox } from './relays.ts';
import { until } from './until.ts';

/** The statements of the README about what was refused. */
function documented(): [string, string] {
  const section = readFileSync('README.md', 'utf8').split('### What Kafka refuses')[1]!;
  const [look, again] = [...section.matchAll(/^```sql\n([^`]*)^```/gm)].map(([, text]) => text!);
  return [look!, again!];
}

describe('the outbox', { concurrency: true }, () => {
  test('of more events than a statement has parameters commits as any other', async (t) => {
    const { service, waiting } = await openOutbox(t);
    const many = 20_000;
    await service.database.change('test', async ({ announce }) => {
      for (let index = 0; index < many; index += 1) {
        announce('com.droid.bss.audit.recorded', `${index}`, 1, {} as never);
      }
    });
    assert.equal(await waiting(), many);
  });

  test('sets aside for a person what Kafka refuses, on the topic that refused it, and sends all that is behind it', async (t) => {
    const { service, bus, startRelay, sql, number, waiting, put, taken } = await openOutbox(t);
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
    const { bus, startRelay, position, waiting, put, taken } = await openOutbox(t);
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
    const { bus, startRelay, put, taken } = await openOutbox(t);
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
    const { service, bus, startRelay, position, waiting, put, taken } = await openOutbox(t);
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
    const { bus, startRelay, sql, waiting, put, taken } = await openOutbox(t);
    await put(message('sent'), message('new'));
    await sql('SELECT move_outbox_position(1)');
    startRelay();
    await taken(2);
    assert.deepEqual(bus.taken, ['sent bss.events', 'new bss.events']);
    await until('an empty outbox', waiting, (left) => left === 0);
  });

  test('is asked for by twelve relays a few times a second while Kafka is away and changes go on', async (t) => {
    const { bus, startRelay, put } = await openOutbox(t);
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
