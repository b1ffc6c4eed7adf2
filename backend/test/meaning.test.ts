import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { dealings } from './dealings.ts';
import { type Service, startService } from './service.ts';

describe('meaning', () => {
  let service: Service & { end(): Promise<void> };
  let customerId: string;
  before(async () => {
    service = await startService('meaning');
    customerId = await create('customers', { name: 'Ada', email: 'ada@example.com' });
  });
  after(() => service.end());

  const { sql, create, change, settle, order, eventsOf, give, notes } = dealings(() => service);
  const serviceOf = async (orderId: string) =>
    (await sql('SELECT state FROM service WHERE order_id = $1', [orderId]))[0];
  const commands = (orderId: string) =>
    eventsOf(orderId).flatMap(({ type }) => type.match(/service\.(\w+)\.requested$/)?.[1] ?? []);

  test('an order that was created, given again after its cancellation, activates nothing', async () => {
    const id = await order(customerId);
    await change('orders', id, { state: 'cancelled' });
    const [created, cancelled] = eventsOf(id);
    assert.equal(await give(cancelled!, 'provisioning'), 'applied');
    assert.equal(await give(created!, 'provisioning'), 'applied');
    assert.deepEqual(await serviceOf(id), { state: 'terminated' });
    assert.deepEqual(commands(id), ['termination']);
  });

  test('an order that was created, given again after its completion, stays active, and the network is asked late', async () => {
    const id = await order(customerId);
    await change('orders', id, { state: 'completed' });
    const [created, completed] = eventsOf(id);
    await give(completed!, 'provisioning');
    await give(created!, 'provisioning');
    assert.deepEqual(await serviceOf(id), { state: 'active' });
    assert.deepEqual(commands(id), ['activation']);
  });

  test('whatever the order in which events of an order come, and however often, its service is as the newest says', async () => {
    const ends = { completed: 'active', cancelled: 'terminated', inProgress: 'requested' } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(ends) as (keyof typeof ends)[])),
        fc.array(fc.nat(2), { minLength: 3, maxLength: 6 }),
        async (end, picks) => {
          const id = await order(customerId);
          await change('orders', id, { state: 'inProgress' });
          if (end !== 'inProgress') await change('orders', id, { state: end });
          const history = eventsOf(id);
          for (const index of [...picks, 2, 1, 0]) {
            // With another id, as an event is new to a database whose inbox was lost with the backup.
            if (history[index]) await give({ ...history[index], id: randomUUID() }, 'provisioning');
          }
          assert.deepEqual(await serviceOf(id), { state: ends[end] });
          const told = commands(id);
          if (end === 'cancelled') assert.ok(told.includes('termination') && told.at(-1) !== 'activation', `${told}`);
          else assert.ok(!told.includes('termination') && told.includes('activation'), `${told}`);
        },
      ),
      { numRuns: 15 },
    );
  });

  /** As a backend of 0.1.0 does, while it is still there: whatever comes last is the state. */
  const oldState = (id: string, state: string) =>
    sql(
      `INSERT INTO service (order_id, customer_id, product, amount, currency, state) VALUES ($1, $2, 'fibre', 4990, 'EUR', $3)
       ON CONFLICT (order_id) DO UPDATE SET state = excluded.state`,
      [id, customerId, state],
    );

  test('a service that an older backend has written is not brought back to what it was', async () => {
    const [completed, cancelled] = [await order(customerId), await order(customerId)];
    await change('orders', completed, { state: 'completed' });
    await change('orders', cancelled, { state: 'cancelled' });
    await give(eventsOf(cancelled)[0]!, 'provisioning');
    await oldState(completed, 'active');
    await oldState(cancelled, 'terminated');
    await give(eventsOf(completed)[0]!, 'provisioning');
    await give({ ...eventsOf(cancelled)[0]!, id: randomUUID() }, 'provisioning');
    assert.deepEqual(
      [await serviceOf(completed), await serviceOf(cancelled)],
      [{ state: 'active' }, { state: 'terminated' }],
    );
    assert.deepEqual(commands(cancelled), ['activation']);
  });

  test('what an older backend has left is mended by the statements of the operations', async () => {
    const ids = [await order(customerId), await order(customerId), await order(customerId)];
    await change('orders', ids[1]!, { state: 'completed' });
    await change('orders', ids[2]!, { state: 'cancelled' });
    for (const id of ids) await oldState(id, 'requested');
    const text = readFileSync('../docs/upgrades.md', 'utf8').split('## Backend: after 0.1.0')[1]!;
    for (const [, statement] of text.split('\n## ')[0]!.matchAll(/^```sql\n([^`]*)^```/gm)) await sql(statement!);
    const states = await Promise.all(ids.map(serviceOf));
    assert.deepEqual(
      states.map(({ state }) => state),
      ['requested', 'active', 'terminated'],
    );
  });

  test('what is not true any more is not told: an invoice that was cancelled, a welcome to who has left', async () => {
    const gone = await create('customers', { name: 'Gone', email: 'a@example.com' });
    const kept = await create('invoices', { customerId: gone, amount: 500, currency: 'EUR' });
    const cancelled = await create('invoices', { customerId: gone, amount: 100, currency: 'EUR' });
    await change('invoices', cancelled, { state: 'cancelled' });
    await change('customers', gone, { status: 'closed' });
    for (const id of [gone, kept, cancelled]) assert.equal(await give(eventsOf(id)[0]!, 'notification'), 'applied');
    assert.deepEqual(await notes(gone), ['invoice: Your invoice of 5.00 EUR is ready.']);
  });

  test('a billing cycle that is given again charges nobody for what came later', async () => {
    const cycle = await create('billing-cycles', { period: '2001-01' });
    await settle();
    const id = await order(customerId);
    await change('orders', id, { state: 'completed' });
    await settle();
    assert.deepEqual(await serviceOf(id), { state: 'active' });
    await give({ ...eventsOf(cycle)[0]!, id: randomUUID() }, 'billing');
    assert.deepEqual(await sql(`SELECT id FROM invoice WHERE period = '2001-01' AND order_id = $1`, [id]), []);
    assert.equal(eventsOf(cycle).filter(({ type }) => type.endsWith('cycle.completed')).length, 1);
  });

  test('a payment of an invoice that was never there is a dead letter that says so', async () => {
    const { id } = (await service.ask('POST', '/api/invoices', { customerId, amount: 10, currency: 'EUR' })).body;
    const payment = await create('payments', { invoiceId: id, amount: 10, method: 'card' });
    await change('payments', payment, { state: 'completed' });
    const event = eventsOf(payment)[1]!;
    const stranger = randomUUID();
    const strange = { ...event, id: randomUUID(), data: { ...(event.data as object), invoiceId: stranger } };
    assert.equal(await give(strange, 'billing'), 'dead');
    const [{ headers }] = (await sql('SELECT headers FROM outbox ORDER BY seq DESC LIMIT 1')) as [
      { headers: Record<string, string> },
    ];
    assert.equal(headers['dlq_detail'], `there is no invoice ${stranger}`);
  });
});
