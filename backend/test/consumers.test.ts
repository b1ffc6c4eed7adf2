import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Consumer } from '../src/consumers/consumer.ts';
import type { EventType } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { deliver, runChain } from './chain.ts';
import { consuming, named, never, said } from './consuming.ts';
import { type Service, startService } from './service.ts';

describe('consumers', () => {
  let service: Service & { end(): Promise<void> };
  let ids: Awaited<ReturnType<typeof runChain>>;
  before(async () => {
    service = await startService('consumers');
    ids = await runChain(service);
    await deliver(service);
  });
  after(() => service.end());

  const count = async (text: string, values: unknown[] = []) =>
    Number((await service.database.pool.query(`SELECT count(*) FROM ${text}`, values)).rows[0].count);
  const { event, received, processor, deadLetters } = consuming(() => service);

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
      assert.deepEqual(
        ['consumer', 'reason', 'attempts', 'topic', 'partition', 'offset'].map((name) => said(letter, name)),
        ['notification', 'unknown-version', '1', 'bss.customer.events', '1', `${poison.offset}`],
      );
      assert.deepEqual(letter.value, poison.value);
      assert.deepEqual(letter.headers['ce_id'], poison.headers['ce_id']);
    }
  });

  test('an event that no handler survives becomes a dead letter after five attempts', async () => {
    const stranger = { ...(event('com.droid.bss.order.created').data as object), id: randomUUID() };
    const poison = received(toMessage(event('com.droid.bss.order.created', { data: stranger })), 'bss.order.events');
    assert.equal(await processor(named('provisioning')).process(poison, never), 'dead');
    const letter = (await deadLetters()).newest;
    assert.equal(said(letter, 'reason'), 'handler-failed');
    assert.equal(said(letter, 'attempts'), '5');
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
    assert.equal(said(letter, 'value'), 'left out: 1000000 bytes');
  });
});
