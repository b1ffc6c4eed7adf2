import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Producer } from '@platformatic/kafka';
import { DEAD_LETTERS, EVERYTHING } from '../../src/events/catalogue.ts';
import { until } from '../until.ts';
import { type Process, startProcess } from './process.ts';

describe('flow', () => {
  let backend: Process;
  before(async () => {
    backend = await startProcess('flow');
  });
  after(() => backend.end());

  const change = async (path: string, id: string, body: object) =>
    assert.equal((await backend.ask('PATCH', `/api/${path}/${id}`, body)).status, 200);
  const list = async (url: string) => (await backend.ask('GET', url)).body.content;

  test('from a customer to a paid invoice, and every event has reached Kafka once, in the order of its aggregate', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const customer = await backend.create(
      'customers',
      { name: 'Ada', email: 'ada@example.com' },
      { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    );
    const order = await backend.create('orders', {
      customerId: customer.id,
      product: 'fibre',
      amount: 4990,
      currency: 'EUR',
    });
    await change('orders', order.id, { state: 'inProgress' });
    await change('orders', order.id, { state: 'completed' });
    const [invoice] = await until(
      'an invoice',
      () => list(`/api/invoices?orderId=${order.id}`),
      (found) => found.length === 1,
    );
    const payment = await backend.create('payments', { invoiceId: invoice.id, amount: 4990, method: 'card' });
    await change('payments', payment.id, { state: 'completed' });
    await until(
      'a paid invoice',
      () => backend.ask('GET', `/api/invoices/${invoice.id}`),
      ({ body }) => body.state === 'paid',
    );
    await until(
      'a receipt',
      () => backend.count('notification WHERE customer_id = $1', [customer.id]),
      (found) => found === 3,
    );

    const created = (await backend.read('bss.customer.events')).filter(({ key }) => key === customer.id);
    assert.equal(created.length, 1);
    assert.equal(created[0]!.headers['ce_type'], 'com.droid.bss.customer.created');
    assert.equal(created[0]!.headers['traceparent']!.split('-')[1], trace);
    assert.deepEqual(JSON.parse(created[0]!.value), customer);
    const states = (await backend.read('bss.order.events')).filter(({ key }) => key === order.id);
    assert.deepEqual(
      states.map(({ headers }) => headers['ce_type']!.split('.').at(-1)),
      ['created', 'started', 'completed'],
    );
    assert.deepEqual(
      states.map(({ headers }) => headers['ce_sequence']),
      ['1', '2', '3'],
    );
    // Whoever was caused by the request goes on with its trace.
    const welcome = (await backend.read('bss.notification.events')).find(({ value }) =>
      value.includes('Welcome, Ada'),
    )!;
    assert.equal(welcome.headers['traceparent']!.split('-')[1], trace);
    await until(
      'an empty outbox',
      () => backend.count('outbox'),
      (left) => left === 0,
    );
    const everything = await backend.read(EVERYTHING);
    const ids = everything.map(({ headers }) => headers['ce_id']);
    assert.equal(new Set(ids).size, ids.length);
    await until(
      'an audit of everything',
      () => backend.count('audit'),
      (found) => found === ids.length,
    );
  });

  test('a poison event becomes a dead letter with its origin, and its partition goes on', async () => {
    const before = await backend.create('customers', { name: 'Before', email: 'a@example.com' });
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: backend.bootstrap });
    for (const partition of [0, 1, 2]) {
      const value = Buffer.from('no event at all');
      await producer.send({
        messages: [{ topic: 'bss.customer.events', partition, key: Buffer.from(before.id), value }],
        acks: -1,
      });
    }
    await producer.close();
    const afterwards = await Promise.all(
      Array.from({ length: 9 }, () => backend.create('customers', { name: 'After', email: 'a@example.com' })),
    );
    for (const { id } of afterwards) {
      await until(
        'a welcome',
        () => backend.count('notification WHERE customer_id = $1', [id]),
        (found) => found === 1,
      );
    }
    const letters = await until(
      'dead letters',
      () => backend.read(DEAD_LETTERS),
      (found) => found.length >= 3,
    );
    for (const { value, headers, key } of letters) {
      assert.deepEqual(
        [value, key, headers['dlq_consumer'], headers['dlq_reason']],
        ['no event at all', before.id, 'notification', 'not-a-cloud-event'],
      );
      const origin = (await backend.read('bss.customer.events')).find(
        ({ partition, offset }) => `${partition}` === headers['dlq_partition'] && `${offset}` === headers['dlq_offset'],
      );
      assert.equal(origin!.value, 'no event at all');
    }
  });

  test('a dead letter that is given again, and dies again, is said to be dead, and why', async () => {
    const poison = (await backend.read('bss.customer.events')).find(({ value }) => value === 'no event at all')!;
    const before = (await backend.read(DEAD_LETTERS)).length;
    const place = ['--partition', `${poison.partition}`, '--first', `${poison.offset}`, '--last', `${poison.offset}`];
    const { stdout, stderr } = await backend.replayed([
      '--consumer',
      'notification',
      '--topic',
      'bss.customer.events',
      ...place,
    ]);
    assert.deepEqual(JSON.parse(stdout), { dead: 1 });
    assert.match(stderr, /"reason":"not-a-cloud-event".*"msg":"a dead letter"/);
    assert.equal((await backend.read(DEAD_LETTERS)).length, before);
  });

  test('a stop lets requests finish, commits what was read, and nothing is done twice or missed afterwards', async () => {
    const ids: string[] = [];
    let stopping = false;
    let late = 0;
    const load = async () => {
      while (!stopping) {
        const answer = await backend
          .ask('POST', '/api/customers', { name: 'Load', email: 'a@example.com' })
          .catch(() => undefined);
        if (answer === undefined) late += 1;
        else if (answer.status === 201) ids.push(answer.body.id);
        else assert.fail(JSON.stringify(answer.body));
      }
    };
    const loads = [load(), load(), load()];
    await until(
      'some load',
      async () => ids.length,
      (many) => many > 50,
    );
    const stop = backend.stop();
    await until(
      'not ready',
      () => backend.ask('GET', '/actuator/health/readiness'),
      ({ status }) => status === 503,
    );
    stopping = true;
    await Promise.all(loads);
    assert.equal(await stop, 0);
    assert.equal(late, 0, 'requests failed although the port was still open');
    await backend.start();
    await until(
      'welcomes',
      () => backend.count('notification WHERE customer_id = ANY($1)', [ids]),
      (found) => found >= ids.length,
    );
    assert.equal(await backend.count('notification WHERE customer_id = ANY($1)', [ids]), ids.length);
  });
});
