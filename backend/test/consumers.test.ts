import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { consumers } from '../src/consumers/all.ts';
import type { Consumer } from '../src/consumers/consumer.ts';
import { Processor } from '../src/consumers/processor.ts';
import type { Received } from '../src/events/bus.ts';
import { catalogue, DEAD_LETTERS, type Event, type EventType } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { createLog } from '../src/log.ts';
import { deliver, runChain } from './chain.ts';
import { type Service, startService, waitingIn } from './service.ts';

describe('consumers', () => {
  let service: Service & { end(): Promise<void> };
  let ids: Awaited<ReturnType<typeof runChain>>;
  before(async () => {
    service = await startService('consumers');
    ids = await runChain(service);
    await deliver(service);
  });
  after(() => service.end());

  const never = new AbortController().signal;
  const count = async (text: string, values: unknown[] = []) =>
    Number((await service.database.pool.query(`SELECT count(*) FROM ${text}`, values)).rows[0].count);
  const processor = (consumer: Consumer) =>
    new Processor(consumer, service.database, service.metrics, createLog('silent'), 5);
  const named = (name: string) => consumers.find((consumer) => consumer.name === name)!;
  let offset = 1_000_000n;
  const received = (message: Pick<Received, 'key' | 'value' | 'headers'>, topic = 'bss.customer.events'): Received => {
    offset += 1n;
    return { ...message, topic, partition: 1, offset };
  };
  const event = (type: EventType, more: Partial<Event> = {}): Event => ({
    ...service.events.find((event) => event.type === type)!,
    id: randomUUID(),
    ...more,
  });
  /** How many there are, and the newest one. */
  const deadLetters = async () => {
    const many = await count('outbox WHERE topics = $1', [[DEAD_LETTERS]]);
    const { rows } = await service.database.pool.query('SELECT max(seq) - 1 AS before FROM outbox WHERE topics = $1', [
      [DEAD_LETTERS],
    ]);
    return { many, newest: (await waitingIn(service, BigInt(rows[0].before ?? 0)))[0]! };
  };

  test('a customer is welcomed, told of the invoice, and given a receipt', async () => {
    const { rows } = await service.database.pool.query(
      'SELECT kind, recipient, text FROM notification WHERE customer_id = $1 ORDER BY created_at',
      [ids.customerId],
    );
    const kinds = rows.map(({ kind }) => kind);
    assert.equal(kinds[0], 'welcome');
    assert.deepEqual(new Set(kinds), new Set(['welcome', 'invoice', 'receipt']));
    assert.equal(rows[0].text, 'Welcome, Ada Lovelace!');
    assert.ok(rows.some(({ text }) => text === 'We have received 49.90 EUR. Thank you.'));
  });

  test('a completed order is invoiced once, and its payment makes the invoice paid', async () => {
    const { body } = await service.ask('GET', `/api/invoices/${ids.invoiceId}`);
    assert.deepEqual([body.state, body.amount, body.orderId], ['paid', 4990, ids.orderId]);
  });

  test('a billing cycle charges every active service once', async () => {
    assert.equal(await count('invoice WHERE period IS NOT NULL'), 1);
    const { body } = await service.ask('GET', '/api/billing-cycles?period=2026-11');
    assert.deepEqual([body.content[0].state, body.content[0].invoices], ['completed', 1]);
  });

  test('what everybody did is audited, and counted by day', async () => {
    const business = service.events.filter(({ type }) => type !== 'com.droid.bss.audit.recorded');
    assert.equal(await count('audit'), business.length);
    const { rows } = await service.database.pool.query('SELECT sum(events)::integer AS events FROM analytics_daily');
    assert.equal(rows[0].events, business.length);
    const { rows: paid } = await service.database.pool.query(
      `SELECT sum(amount)::integer AS paid FROM analytics_daily WHERE type = 'com.droid.bss.payment.completed'`,
    );
    assert.equal(paid[0].paid, 4990);
  });

  test('an event that comes a thousand times has one effect', async () => {
    const message = received(toMessage(event('com.droid.bss.customer.created')));
    const before = await count('notification');
    const outcomes: string[] = [];
    for (let round = 0; round < 100; round += 1) {
      // Ten at once, as when a partition moves while it is read.
      outcomes.push(
        ...(await Promise.all(
          Array.from({ length: 10 }, () => processor(named('notification')).process(message, never)),
        )),
      );
    }
    assert.equal(outcomes.filter((outcome) => outcome === 'applied').length, 1);
    assert.equal(outcomes.filter((outcome) => outcome === 'duplicate').length, 999);
    assert.equal(await count('notification'), before + 1);
  });

  test('an event of an unknown version becomes a dead letter that says so, and where it was read', async () => {
    const types = [
      toMessage({ ...event('com.droid.bss.customer.created'), type: 'com.droid.bss.customer.created.v2' as EventType }),
      toMessage(event('com.droid.bss.customer.created', { dataschema: 'urn:bss:schema:customer.created:2' })),
    ];
    for (const message of types) {
      const poison = received(message);
      assert.equal(await processor(named('notification')).process(poison, never), 'dead');
      const letter = (await deadLetters()).newest;
      const said = (name: string) => letter.headers[`dlq_${name}`]!.toString();
      assert.deepEqual(['consumer', 'reason', 'attempts', 'topic', 'partition', 'offset'].map(said), [
        'notification',
        'unknown-version',
        '1',
        'bss.customer.events',
        '1',
        `${poison.offset}`,
      ]);
      assert.deepEqual(letter.value, poison.value);
      assert.deepEqual(letter.headers['ce_id'], poison.headers['ce_id']);
    }
  });

  test('an event that no handler survives becomes a dead letter after five attempts', async () => {
    const stranger = { ...(event('com.droid.bss.order.created').data as object), id: randomUUID() };
    const poison = received(toMessage(event('com.droid.bss.order.created', { data: stranger })), 'bss.order.events');
    assert.equal(await processor(named('provisioning')).process(poison, never), 'dead');
    const letter = (await deadLetters()).newest;
    assert.equal(letter.headers['dlq_reason']!.toString(), 'handler-failed');
    assert.equal(letter.headers['dlq_attempts']!.toString(), '5');
  });

  test('a dead letter that comes again is not buried twice, and can have its effect when its handler is mended', async () => {
    const broken: Consumer = {
      ...named('notification'),
      handlers: { 'com.droid.bss.customer.created': () => Promise.reject(new Error('a bug')) },
    };
    const message = received(toMessage(event('com.droid.bss.customer.created')));
    const before = (await deadLetters()).many;
    assert.equal(await processor(broken).process(message, never), 'dead');
    assert.equal(await processor(broken).process(message, never), 'dead');
    assert.equal((await deadLetters()).many, before + 1);
    assert.equal(await processor(named('notification')).process(message, never), 'applied');
  });

  test('a value too large to be sent with more headers is left out of its dead letter', async () => {
    const message = received({ key: null, value: randomBytes(1_000_000), headers: {} });
    assert.equal(await processor(named('audit')).process(message, never), 'dead');
    const letter = (await deadLetters()).newest;
    assert.equal(letter.value, null);
    assert.equal(letter.headers['dlq_value']!.toString(), 'left out: 1000000 bytes');
  });

  test('a message that is no event, whatever it is, becomes one dead letter or is none of ours', async () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((string) => Buffer.from(string));
    const name = fc.oneof(
      fc.constantFrom(
        'ce_id',
        'ce_type',
        'ce_source',
        'ce_specversion',
        'ce_time',
        'content-type',
        '__proto__',
        'traceparent',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    );
    const value = fc.oneof(
      bytes,
      text,
      fc.constantFrom('1.0', 'application/cloudevents+json', ...Object.keys(catalogue)).map((it) => Buffer.from(it)),
    );
    const headers = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((pairs) => Object.fromEntries(pairs));
    const body = fc.oneof(
      bytes,
      fc.json().map((json) => Buffer.from(json)),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...consumers),
        headers,
        body,
        fc.option(bytes),
        async (consumer, headers, value, key) => {
          const before = (await deadLetters()).many;
          const outcome = await processor(consumer).process(
            received({ key, value, headers }, consumer.topics[0]),
            never,
          );
          const letters = await deadLetters();
          assert.ok(outcome === 'skipped' || outcome === 'dead', outcome);
          assert.equal(letters.many, before + (outcome === 'dead' ? 1 : 0));
          if (outcome === 'dead') {
            assert.deepEqual(letters.newest.value, value);
            for (const [name, content] of Object.entries(headers))
              assert.deepEqual(letters.newest.headers[name], content);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('an event of ours with any other data has its one effect or becomes one dead letter', async () => {
    const types = Object.keys(catalogue) as EventType[];
    const known = [...new Set(service.events.map(({ type }) => type))];
    const anything = fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue() },
      {
        weight: 2,
        arbitrary: fc.constantFrom(...known).chain((type) => {
          const data = event(type).data as Record<string, unknown>;
          const changed = fc.constantFrom(...Object.keys(data));
          return fc
            .tuple(changed, fc.jsonValue({ maxDepth: 1 }))
            .map(([property, value]) => ({ ...data, [property]: value }));
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...consumers),
        fc.constantFrom(...types),
        anything,
        async (consumer, type, data) => {
          // Whoever does not exist makes a handler fail, which takes five attempts: that is another test.
          const quick: Consumer = {
            ...consumer,
            handlers: Object.fromEntries(Object.keys(consumer.handlers).map((type) => [type, async () => {}])),
          };
          const { source, dataschema } = catalogue[type];
          const message = received(
            toMessage({ ...event(known[0]!), type, source, dataschema, data }),
            consumer.topics[0],
          );
          if (message.value === null || message.value.toString() === 'undefined') return;
          const [first, second] = [
            await processor(quick).process(message, never),
            await processor(quick).process(message, never),
          ];
          const wanted = { applied: 'duplicate', dead: 'dead', skipped: 'skipped' }[first as string];
          assert.equal(second, wanted, first);
        },
      ),
      { numRuns: 100 },
    );
  });
});
