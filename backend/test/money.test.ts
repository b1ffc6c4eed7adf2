import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { money } from '../src/resources/money.ts';
import { dealings } from './dealings.ts';
import { type Service, startService } from './service.ts';

describe('money', () => {
  let service: Service & { end(): Promise<void> };
  let customerId: string;
  before(async () => {
    service = await startService('money');
    customerId = await create('customers', { name: 'Ada', email: 'ada@example.com' });
  });
  after(() => service.end());

  const { sql, create, change, settle, order, eventsOf, give, notes } = dealings(() => service);

  test('the decimals of a currency are those of ISO 4217', () => {
    const amounts = { EUR: '49.90', USD: '49.90', HUF: '49.90', COP: '49.90', JPY: '4990', KRW: '4990', ISK: '4990' };
    for (const [currency, text] of Object.entries({
      ...amounts,
      KWD: '4.990',
      IQD: '4.990',
      TND: '4.990',
      CLF: '0.4990',
    }))
      assert.equal(money({ amount: 4990, currency }), `${text} ${currency}`);
    assert.equal(money({ amount: 0, currency: 'EUR' }), '0.00 EUR');
    assert.equal(money({ amount: 5, currency: 'KWD' }), '0.005 KWD');
    assert.equal(money({ amount: 1_000_000_000, currency: 'JPY' }), '1000000000 JPY');
    assert.equal(money({ amount: 999_999_999, currency: 'BHD' }), '999999.999 BHD');
  });

  test('customers are told of invoices and payments in the decimals of their currency', async () => {
    const someone = await create('customers', { name: 'Someone', email: 'a@example.com' });
    for (const currency of ['JPY', 'KWD', 'EUR']) {
      const invoiceId = await create('invoices', { customerId: someone, amount: 4990, currency });
      const payment = await create('payments', { invoiceId, amount: 4990, method: 'card' });
      await change('payments', payment, { state: 'completed' });
    }
    await settle();
    assert.deepEqual((await notes(someone)).slice(1).sort(), [
      'invoice: Your invoice of 4.990 KWD is ready.',
      'invoice: Your invoice of 49.90 EUR is ready.',
      'invoice: Your invoice of 4990 JPY is ready.',
      'receipt: We have received 4.990 KWD. Thank you.',
      'receipt: We have received 49.90 EUR. Thank you.',
      'receipt: We have received 4990 JPY. Thank you.',
    ]);
  });

  test('an invoice of nothing is paid at once, by hand, of an order, and of a billing cycle', async () => {
    const { body } = await service.ask('POST', '/api/invoices', { customerId, amount: 0, currency: 'EUR' });
    assert.deepEqual([body.state, body.version], ['paid', 2]);
    assert.deepEqual(
      eventsOf(body.id).map(({ type, sequence }) => `${type.split('.').at(-1)} ${sequence}`),
      ['issued 1', 'paid 2'],
    );
    const free = await order(customerId, { amount: 0 });
    await change('orders', free, { state: 'completed' });
    await settle();
    await create('billing-cycles', { period: '2002-02' });
    await settle();
    const { body: invoices } = await service.ask('GET', `/api/invoices?orderId=${free}`);
    assert.deepEqual(
      invoices.content.map(({ state, period }: { state: string; period: string }) => [state, period]),
      [
        ['paid', null],
        ['paid', '2002-02'],
      ],
    );
  });

  test('payments of any sum settle an invoice', async () => {
    const invoiceId = await create('invoices', { customerId, amount: 1_000_000_000, currency: 'EUR' });
    const payment = await create('payments', { invoiceId, amount: 1_000_000_000, method: 'card' });
    // As money that came by another way would be written.
    await sql(
      `INSERT INTO payment (id, customer_id, invoice_id, amount, currency, method, state)
       SELECT gen_random_uuid(), $1, $2, 1000000000, 'EUR', 'transfer', 'completed' FROM generate_series(1, 3)`,
      [customerId, invoiceId],
    );
    await change('payments', payment, { state: 'completed' });
    assert.equal(await give(eventsOf(payment)[1]!, 'billing'), 'applied');
    assert.equal((await service.ask('GET', `/api/invoices/${invoiceId}`)).body.state, 'paid');
    const more = await service.ask('POST', '/api/payments', { invoiceId, amount: 1, method: 'card' });
    assert.equal(more.status, 409);
  });
});
