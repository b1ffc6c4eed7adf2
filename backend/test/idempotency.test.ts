import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { askPublished } from './published.ts';
import { type Service, startService } from './service.ts';

describe('idempotency', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('idempotency');
  });
  after(() => service.end());

  const ada = { name: 'Ada Lovelace', email: 'ada@example.com' };

  test('the same key and body is answered by the first answer, and creates nothing more', async () => {
    const key = { 'idempotency-key': 'one' };
    const before = service.events.length;
    const ask = () => service.ask('POST', '/api/customers', ada, key);
    const answers = await Promise.all([ask(), ask(), ask()]);
    answers.push(await ask());
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    assert.equal(new Set(answers.map(({ headers }) => headers['location'])).size, 1);
    assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed']).length, 3);
    assert.equal(service.events.length, before + 1);
  });

  test('the same key of another caller is another key', async () => {
    const ask = (caller: string, body: object) =>
      service.ask('POST', '/api/customers', body, { 'idempotency-key': 'shared', 'x-consumer-username': caller });
    const [mobile, partner, again] = [
      await ask('bss-mobile', ada),
      await ask('bss-partner', { ...ada, name: 'Grace Hopper' }),
      await ask('bss-mobile', ada),
    ];
    assert.deepEqual([mobile.status, partner.status, again.status], [201, 201, 201]);
    assert.equal(again.body.id, mobile.body.id);
    assert.notEqual(partner.body.id, mobile.body.id);
  });

  test('what was done is said again although it could not be done a second time', async () => {
    const { id: customerId } = await service.create('customers', ada);
    const { id: invoiceId } = await service.create('invoices', { customerId, amount: 1000, currency: 'EUR' });
    const pay = () =>
      service.ask(
        'POST',
        '/api/payments',
        { invoiceId, amount: 1000, method: 'card' },
        { 'idempotency-key': 'all-of-it' },
      );
    const cycle = () =>
      service.ask('POST', '/api/billing-cycles', { period: '2026-09' }, { 'idempotency-key': 'september' });
    for (const ask of [pay, cycle]) {
      const answers = [...(await Promise.all([ask(), ask(), ask()])), await ask()];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 201, 201, 201],
      );
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    }
  });

  test('the same key with another body is refused, and with another path it is another key', async () => {
    const key = { 'idempotency-key': 'two' };
    const { body } = await service.ask('POST', '/api/customers', ada, key);
    const other = await service.ask('POST', '/api/customers', { ...ada, name: 'Grace Hopper' }, key);
    assert.equal(other.status, 422);
    assert.equal(other.body.type, 'urn:bss:problem:key-reused');
    const order = { customerId: body.id, product: 'fibre', amount: 1, currency: 'EUR' };
    assert.equal((await service.ask('POST', '/api/orders', order, key)).status, 201);
  });

  test('the same Idempotency-Key is answered by what the first request was, and another body is refused', async () => {
    const engagedParty = { id: 'org-7', '@referredType': 'Organization' };
    const minimal = { name: 'Ada Lovelace', engagedParty };
    const headers = { 'idempotency-key': 'tmf-1' };
    const ask = () => askPublished(service, 'POST /customer', { body: minimal, headers });
    const before = service.events.length;
    const answers = await Promise.all([ask(), ask(), ask()]);
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 2);
    assert.equal(service.events.length, before + 1);
    const other = await service.ask(
      'POST',
      answers[0]!.body.href.replace(/\/[^/]*$/, ''),
      { ...minimal, name: 'B' },
      headers,
    );
    assert.deepEqual([other.status, other.body.code], [422, 'key-reused']);
  });
});
