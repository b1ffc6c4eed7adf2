import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { changeCustomer } from '../src/resources/customer.ts';
import { issueInvoice } from '../src/resources/invoice.ts';
import { createOrder } from '../src/resources/order.ts';
import { type Service, startService } from './service.ts';
import { until } from './until.ts';

describe('resources', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('resources');
  });
  after(() => service.end());

  const ada = { name: 'Ada Lovelace', email: 'ada@example.com' };
  const change = (path: string, id: string, body: object) => service.ask('PATCH', `/api/${path}/${id}`, body);

  test('a customer is created, found, changed and listed', async () => {
    const created = await service.ask('POST', '/api/customers', ada);
    assert.equal(created.status, 201);
    const { id } = created.body;
    assert.equal(created.headers['location'], `/api/customers/${id}`);
    assert.deepEqual((await service.ask('GET', `/api/customers/${id}`)).body, created.body);
    const changed = await change('customers', id, { phone: '+44 20 7946 0000' });
    assert.deepEqual(
      { ...changed.body, updatedAt: '' },
      { ...created.body, phone: '+44 20 7946 0000', version: 2, updatedAt: '' },
    );
    const { body: list } = await service.ask('GET', '/api/customers?page=0&size=10');
    assert.deepEqual(Object.keys(list).sort(), [
      ...['content', 'empty', 'first', 'last', 'number', 'size', 'totalElements', 'totalPages'],
    ]);
    assert.ok(list.content.some((customer: { id: string }) => customer.id === id));
  });

  test('every customer is on exactly one page, and both ways of paging agree', async () => {
    for (let index = 0; index < 7; index += 1) await service.create('customers', { ...ada, name: `Number ${index}` });
    const { totalElements, totalPages } = (await service.ask('GET', '/api/customers?size=3')).body;
    const seen: string[] = [];
    for (let page = 0; page < totalPages; page += 1) {
      const { body } = await service.ask('GET', `/api/customers?page=${page}&size=3`);
      assert.deepEqual([body.first, body.last, body.empty], [page === 0, page === totalPages - 1, false]);
      const tmf = await service.ask(
        'GET',
        `/tmf-api/customerManagement/v4/customer?offset=${3 * page}&limit=3&fields=id`,
      );
      assert.equal(tmf.headers['x-total-count'], `${totalElements}`);
      const ids = body.content.map(({ id }: { id: string }) => id);
      assert.deepEqual(
        tmf.body.map(({ id }: { id: string }) => id),
        ids,
      );
      seen.push(...ids);
    }
    assert.equal(new Set(seen).size, totalElements);
    assert.equal((await service.ask('GET', '/api/customers?page=1000&size=3')).body.empty, true);
  });

  test('lists are narrowed by what they are asked for', async () => {
    const customer = await service.create('customers', ada);
    const order = await service.create('orders', {
      customerId: customer.id,
      product: 'fibre',
      amount: 4990,
      currency: 'EUR',
    });
    const { body } = await service.ask('GET', `/api/orders?customerId=${customer.id}`);
    assert.deepEqual(body.content, [order]);
    assert.equal((await service.ask('GET', `/api/orders?customerId=${customer.id}&state=completed`)).body.empty, true);
  });

  test('an order goes through its states, and through no others', async () => {
    const { id: customerId } = await service.create('customers', ada);
    const { id } = await service.create('orders', { customerId, product: 'fibre', amount: 4990, currency: 'EUR' });
    for (const state of ['inProgress', 'completed'])
      assert.equal((await change('orders', id, { state })).body.state, state);
    const refused = await change('orders', id, { state: 'cancelled' });
    assert.equal(refused.status, 409);
    assert.match(refused.body.detail, /is completed, and cannot become cancelled: that is final/);
  });

  test('who is suspended cannot order, and who does not exist neither', async () => {
    const { id: customerId } = await service.create('customers', ada);
    await change('customers', customerId, { status: 'suspended' });
    const order = { customerId, product: 'fibre', amount: 4990, currency: 'EUR' };
    assert.equal((await service.ask('POST', '/api/orders', order)).status, 409);
    const nobody = { ...order, customerId: '00000000-0000-4000-8000-000000000000' };
    assert.equal((await service.ask('POST', '/api/orders', nobody)).status, 422);
  });

  test('payments cannot exceed what is open of an invoice, also when they come at once', async () => {
    const { id: customerId } = await service.create('customers', ada);
    const { id: invoiceId } = await service.create('invoices', { customerId, amount: 1000, currency: 'EUR' });
    const pay = () => service.ask('POST', '/api/payments', { invoiceId, amount: 400, method: 'card' });
    const statuses = (await Promise.all([pay(), pay(), pay(), pay()])).map(({ status }) => status);
    assert.deepEqual(statuses.sort(), [201, 201, 422, 422]);
  });

  test('a failed payment frees its amount, and only payments make an invoice paid', async () => {
    const { id: customerId } = await service.create('customers', ada);
    const { id: invoiceId } = await service.create('invoices', { customerId, amount: 1000, currency: 'EUR' });
    const payment = await service.create('payments', { invoiceId, amount: 1000, method: 'card' });
    assert.equal((await change('payments', payment.id, { state: 'failed' })).status, 200);
    assert.equal((await change('payments', payment.id, { state: 'completed' })).status, 409);
    await service.create('payments', { invoiceId, amount: 1000, method: 'cash' });
    assert.equal((await change('invoices', invoiceId, { state: 'paid' })).status, 400);
  });

  test('a month has one billing cycle', async () => {
    await service.create('billing-cycles', { period: '2026-10' });
    assert.equal((await service.ask('POST', '/api/billing-cycles', { period: '2026-10' })).status, 409);
  });

  test('a customer orders, and is changed, while a billing cycle that charges the customer goes on', async () => {
    const customer = await service.create('customers', ada);
    const order = { customerId: customer.id, product: 'fibre', amount: 4990, currency: 'EUR' };
    const { id: orderId } = await service.create('orders', order);
    await service.database.change('cycle', async (work) => {
      const charge = { orderId, customerId: customer.id, amount: 4990, currency: 'EUR', period: '2026-08' };
      assert.ok(await issueInvoice(work, charge));
      await service.create('orders', order);
      await service.create('invoices', { customerId: customer.id, amount: 1, currency: 'EUR' });
      assert.equal((await change('orders', orderId, { state: 'completed' })).status, 200);
      assert.equal((await change('customers', customer.id, { phone: '1' })).status, 200);
    });
  });

  test('two orders of one customer do not wait for each other, and a suspension waits for both', async () => {
    const customer = await service.create('customers', ada);
    const order = { customerId: customer.id, product: 'fibre', amount: 4990, currency: 'EUR' };
    let suspended: Promise<unknown> | undefined;
    const seen: string[] = [];
    await service.database.change('first', async (work) => {
      await createOrder(work, order);
      // Writes go out with what is asked.
      await work.db.query('SELECT 1');
      await service.create('orders', order);
      suspended = change('customers', customer.id, { status: 'suspended' }).then(() => seen.push('suspended'));
      await service.ask('GET', '/api/customers');
      seen.push('ordered');
    });
    await suspended;
    assert.deepEqual(seen, ['ordered', 'suspended']);
  });

  test('an order waits for a suspension that goes on, and is refused with its reason and leaves nothing', async () => {
    const customer = await service.create('customers', ada);
    const order = { customerId: customer.id, product: 'fibre', amount: 4990, currency: 'EUR' };
    const before = service.events.length;
    let refused: ReturnType<typeof service.ask> | undefined;
    await service.database.change('first', async (work) => {
      await changeCustomer(work, customer.id, { status: 'suspended' });
      await work.db.query('SELECT 1');
      refused = service.ask('POST', '/api/orders', order, { 'idempotency-key': 'waits' });
      await until(
        'an order that waits',
        async () =>
          (await work.db.query('SELECT count(*)::integer AS many FROM pg_locks WHERE NOT granted')).rows[0].many,
        (many) => many > 0,
      );
    });
    const { status, body } = (await refused)!;
    assert.deepEqual([status, body.detail], [409, `The customer ${customer.id} is suspended.`]);
    assert.equal(service.events.length, before + 1);
    assert.equal((await service.ask('GET', `/api/orders?customerId=${customer.id}`)).body.totalElements, 0);
  });
});
