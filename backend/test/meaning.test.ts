import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { consumers } from '../src/consumers/all.ts';
import { Processor } from '../src/consumers/processor.ts';
import type { Event } from '../src/database/database.ts';
import { topicsOf } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { createLog } from '../src/log.ts';
import { money } from '../src/resources/money.ts';
import { deliver } from './chain.ts';
import { type Service, startService } from './service.ts';

describe('meaning', () => {
  let service: Service & { end(): Promise<void> };
  let customerId: string;
  before(async () => {
    service = await startService('meaning');
    customerId = await create('customers', { name: 'Ada', email: 'ada@example.com' });
  });
  after(() => service.end());

  const never = new AbortController().signal;
  const sql = async (text: string, values: unknown[] = []) => (await service.database.pool.query(text, values)).rows;
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await service.ask('POST', `/api/${path}`, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.id;
  };
  const change = async (path: string, id: string, body: object) => {
    const answer = await service.ask('PATCH', `/api/${path}/${id}`, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  };
  let settled = 0;
  /** Until every event has had its effects. */
  const settle = async () => {
    settled += await deliver(service, settled);
  };
  const order = (more: object = {}) =>
    create('orders', { customerId, product: 'fibre', amount: 4990, currency: 'EUR', ...more });
  const eventsOf = (id: string) => service.events.filter(({ subject }) => subject === id);
  let offset = 0n;
  /** To every consumer of its topics, or to one. @returns what became of it for the last one */
  const give = async (event: Event, only?: string) => {
    let outcome = '';
    for (const topic of topicsOf(event.type)) {
      for (const consumer of consumers.filter(
        ({ name, topics }) => topics.includes(topic) && (!only || name === only),
      )) {
        offset += 1n;
        const processor = new Processor(consumer, service.database, service.metrics, createLog('silent'), 0.01);
        outcome = await processor.process({ ...toMessage(event), topic, partition: 0, offset }, never);
      }
    }
    return outcome;
  };
  const serviceOf = async (orderId: string) =>
    (await sql('SELECT state FROM service WHERE order_id = $1', [orderId]))[0];
  const commands = (orderId: string) =>
    eventsOf(orderId).flatMap(({ type }) => type.match(/service\.(\w+)\.requested$/)?.[1] ?? []);

  test('an order that was created, given again after its cancellation, activates nothing', async () => {
    const id = await order();
    await change('orders', id, { state: 'cancelled' });
    const [created, cancelled] = eventsOf(id);
    assert.equal(await give(cancelled!, 'provisioning'), 'applied');
    assert.equal(await give(created!, 'provisioning'), 'applied');
    assert.deepEqual(await serviceOf(id), { state: 'terminated' });
    assert.deepEqual(commands(id), ['termination']);
  });

  test('an order that was created, given again after its completion, stays active, and the network is asked late', async () => {
    const id = await order();
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
          const id = await order();
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
    const [completed, cancelled] = [await order(), await order()];
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
    const ids = [await order(), await order(), await order()];
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

  const notes = async (id: string) =>
    (await sql('SELECT kind, text FROM notification WHERE customer_id = $1 ORDER BY created_at', [id])).map(
      ({ kind, text }) => `${kind}: ${text}`,
    );

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
    const id = await order();
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
    const free = await order({ amount: 0 });
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

  const times: [string, string, string | undefined][] = [
    ['tomorrow', 'is no time', undefined],
    ['2026-02-30T00:00:00Z', 'is no day', undefined],
    ['2026-11-20', 'has no hour', undefined],
    ['2026-11-20T10:00:00', 'has no offset', undefined],
    ['0000-01-01T00:00:00Z', 'is a year that PostgreSQL does not have', undefined],
    ['0001-01-01T00:00:00+10:00', 'is before the first year', undefined],
    ['9999-12-31T23:59:59-10:00', 'is after the last', undefined],
    ['+275760-09-13T00:00:00Z', 'is far in the future', undefined],
    ['-000001-01-01T00:00:00Z', 'is far in the past', undefined],
    ['1', 'is a number', undefined],
    ['2026-11-20T00:30:00+02:00', 'is of the day before in UTC', '2026-11-19T22:30:00.000Z'],
    ['2026-11-20T23:59:59.123456789Z', 'has nanoseconds', '2026-11-20T23:59:59.123Z'],
    ['2016-12-31t23:59:60z', 'is a leap second', '2016-12-31T23:59:59.000Z'],
    ['9999-12-31T23:59:59Z', 'is in the last year', '9999-12-31T23:59:59.000Z'],
    ['0001-01-01T00:00:00Z', 'is in the first year', '0001-01-01T00:00:00.000Z'],
    ['2026-11-20T10:00:00+23:59', 'is of an offset that PostgreSQL does not know', '2026-11-19T10:01:00.000Z'],
  ];
  for (const [time, why, kept] of times) {
    test(`the time ${time} ${why}: it is ${kept ? `kept as ${kept}` : 'a dead letter'}, for every consumer`, async () => {
      const { pool } = service.database;
      const count = async () => Number((await pool.query('SELECT count(*) FROM audit')).rows[0].count);
      const before = await count();
      for (const consumer of ['notification', 'analytics', 'audit']) {
        const event = { ...service.events[0]!, id: randomUUID(), time };
        assert.equal(await give(event, consumer), kept ? 'applied' : 'dead', consumer);
      }
      assert.equal(await count(), before + (kept ? 1 : 0));
      if (!kept) {
        const { rows } = await pool.query('SELECT headers FROM outbox ORDER BY seq DESC LIMIT 1');
        assert.match(rows[0].headers.dlq_detail, /^its time is ".*": no timestamp of RFC 3339/);
        return;
      }
      const text = `to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
      const { rows } = await pool.query(`SELECT ${text} AS time FROM audit WHERE time = $1`, [kept]);
      assert.equal(rows[0].time, kept);
      const day = 'SELECT events FROM analytics_daily WHERE day = $1 AND type = $2';
      assert.ok((await pool.query(day, [kept.slice(0, 10), service.events[0]!.type])).rows[0].events >= 1);
    });
  }

  test('an event without a time has its effect, and no delay since 1970', async () => {
    const { time, ...rest } = service.events[0]!;
    const { headers, ...message } = toMessage({ ...rest, id: randomUUID(), time });
    const { ce_time, ...timeless } = headers;
    const sum = async () => {
      const { values } = await service.metrics.consumeDelay.get();
      return values.filter(({ metricName }) => metricName?.endsWith('_sum')).reduce((all, { value }) => all + value, 0);
    };
    const before = await sum();
    const audit = consumers.find(({ name }) => name === 'audit')!;
    const processor = new Processor(audit, service.database, service.metrics, createLog('silent'));
    const received = { ...message, headers: timeless, topic: 'bss.events', partition: 0, offset: 99_999n };
    assert.equal(await processor.process(received, never), 'applied');
    assert.equal(await sum(), before);
  });
});
