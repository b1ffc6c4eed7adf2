import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Consumer, Producer } from '@platformatic/kafka';
import { DEAD_LETTERS, EVERYTHING } from '../../src/events/catalogue.ts';
import { until } from '../until.ts';
import { type Process, startProcess } from './process.ts';

describe('flow', () => {
  let backend: Process;
  before(async () => {
    backend = await startProcess('flow');
  });
  after(() => backend.end());

  const create = async (path: string, body: object, headers = {}) => {
    const answer = await backend.ask('POST', `/api/${path}`, body, headers);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const change = async (path: string, id: string, body: object) =>
    assert.equal((await backend.ask('PATCH', `/api/${path}/${id}`, body)).status, 200);
  const list = async (url: string) => (await backend.ask('GET', url)).body.content;

  /** Everything on a topic up to now, as text. */
  async function read(topic: string) {
    const consumer = new Consumer({
      clientId: 'test',
      groupId: randomUUID(),
      bootstrapBrokers: backend.bootstrap,
      maxWaitTime: 200,
    });
    try {
      const ends = (await consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic)!;
      let left = Number(ends.reduce((sum, end) => sum + end, 0n));
      const records: {
        key: string;
        value: string;
        partition: number;
        offset: bigint;
        headers: Record<string, string>;
      }[] = [];
      if (left === 0) return records;
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
      for await (const { key, value, partition, offset, headers } of stream) {
        const text = Object.fromEntries([...headers].map(([name, content]) => [name.toString(), content.toString()]));
        records.push({ key: key?.toString() ?? '', value: value?.toString() ?? '', partition, offset, headers: text });
        left -= 1;
        if (left === 0) break;
      }
      return records;
    } finally {
      await consumer.close(true);
    }
  }

  test('from a customer to a paid invoice, and every event has reached Kafka once, in the order of its aggregate', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const customer = await create(
      'customers',
      { name: 'Ada', email: 'ada@example.com' },
      { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    );
    const order = await create('orders', { customerId: customer.id, product: 'fibre', amount: 4990, currency: 'EUR' });
    await change('orders', order.id, { state: 'inProgress' });
    await change('orders', order.id, { state: 'completed' });
    const [invoice] = await until(
      'an invoice',
      () => list(`/api/invoices?orderId=${order.id}`),
      (found) => found.length === 1,
    );
    const payment = await create('payments', { invoiceId: invoice.id, amount: 4990, method: 'card' });
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

    const created = (await read('bss.customer.events')).filter(({ key }) => key === customer.id);
    assert.equal(created.length, 1);
    assert.equal(created[0]!.headers['ce_type'], 'com.droid.bss.customer.created');
    assert.equal(created[0]!.headers['traceparent']!.split('-')[1], trace);
    assert.deepEqual(JSON.parse(created[0]!.value), customer);
    const states = (await read('bss.order.events')).filter(({ key }) => key === order.id);
    assert.deepEqual(
      states.map(({ headers }) => headers['ce_type']!.split('.').at(-1)),
      ['created', 'started', 'completed'],
    );
    assert.deepEqual(
      states.map(({ headers }) => headers['ce_sequence']),
      ['1', '2', '3'],
    );
    // Whoever was caused by the request goes on with its trace.
    const welcome = (await read('bss.notification.events')).find(({ value }) => value.includes('Welcome, Ada'))!;
    assert.equal(welcome.headers['traceparent']!.split('-')[1], trace);
    await until(
      'an empty outbox',
      () => backend.count('outbox'),
      (left) => left === 0,
    );
    const everything = await read(EVERYTHING);
    const ids = everything.map(({ headers }) => headers['ce_id']);
    assert.equal(new Set(ids).size, ids.length);
    await until(
      'an audit of everything',
      () => backend.count('audit'),
      (found) => found === ids.length,
    );
  });

  test('a poison event becomes a dead letter with its origin, and its partition goes on', async () => {
    const before = await create('customers', { name: 'Before', email: 'a@example.com' });
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
      Array.from({ length: 9 }, () => create('customers', { name: 'After', email: 'a@example.com' })),
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
      () => read(DEAD_LETTERS),
      (found) => found.length >= 3,
    );
    for (const { value, headers, key } of letters) {
      assert.deepEqual(
        [value, key, headers['dlq_consumer'], headers['dlq_reason']],
        ['no event at all', before.id, 'notification', 'not-a-cloud-event'],
      );
      const origin = (await read('bss.customer.events')).find(
        ({ partition, offset }) => `${partition}` === headers['dlq_partition'] && `${offset}` === headers['dlq_offset'],
      );
      assert.equal(origin!.value, 'no event at all');
    }
  });

  test('events of before a backup was restored are replayed from an offset, and those that had their effect have none', async () => {
    const lost = await create('customers', { name: 'Lost', email: 'a@example.com' });
    const kept = await create('customers', { name: 'Kept', email: 'a@example.com' });
    for (const { id } of [lost, kept]) {
      await until(
        'a welcome',
        () => backend.count('notification WHERE customer_id = $1', [id]),
        (found) => found === 1,
      );
    }
    // As a backup that is some minutes old would have it.
    await backend.sql('DELETE FROM notification WHERE customer_id = $1', [lost.id]);
    const records = await read('bss.customer.events');
    const first = records.find(({ key }) => key === lost.id)!;
    await backend.sql(`DELETE FROM inbox WHERE consumer = 'notification' AND event_id = $1`, [first.headers['ce_id']]);
    const later = records.filter(({ partition, offset }) => partition === first.partition && offset >= first.offset);
    const args = [
      '--consumer',
      'notification',
      '--topic',
      'bss.customer.events',
      '--partition',
      `${first.partition}`,
      '--first',
      `${first.offset}`,
    ];
    const counts = JSON.parse(await backend.replay(args));
    assert.equal(counts.applied, 1);
    assert.equal(counts.duplicate ?? 0, later.length - 1);
    for (const { id } of [lost, kept])
      assert.equal(await backend.count('notification WHERE customer_id = $1', [id]), 1);
    assert.deepEqual(JSON.parse(await backend.replay([...args, '--last', `${first.offset}`])), { duplicate: 1 });
  });

  test('a replay of what is not there says what there is, and fails', async () => {
    const records = (await read('bss.customer.events')).filter(({ partition }) => partition === 0);
    const last = records.at(-1)!.offset;
    const ask = (more: Record<string, string>) =>
      backend.replay(
        Object.entries({
          consumer: 'audit',
          topic: 'bss.customer.events',
          partition: '0',
          first: '0',
          ...more,
        }).flatMap(([name, value]) => [`--${name}`, value]),
      );
    const holds = `it holds the offsets 0 to ${last}`;
    const wrong: [Record<string, string>, string][] = [
      [{ consumer: 'nobody' }, 'Consumers: notification, billing, provisioning, analytics, audit'],
      [{ topic: 'bss.costumer.events' }, 'the topic bss.costumer.events; is that its name?'],
      [{ partition: '3' }, 'bss.customer.events has no partition 3: it has 3, from 0 to 2.'],
      [{ first: `${last + 1n}` }, `--first ${last + 1n} is not in bss.customer.events, partition 0: ${holds}.`],
      [{ last: '1000000' }, `--last 1000000 is not in bss.customer.events, partition 0: ${holds}.`],
      [{ first: '1', last: '0' }, '--last 0 is before --first 1.'],
      [{ topic: 'bss.audit.events', consumer: 'audit', first: '99999' }, 'bss.audit.events, partition 0'],
    ];
    await Promise.all(
      wrong.map(([more, text]) =>
        assert.rejects(ask(more), ({ code, stderr, stdout }: Error & Record<'code' | 'stderr' | 'stdout', unknown>) => {
          assert.ok(`${stderr}`.includes(text), `${stderr}`);
          assert.deepEqual([code, stdout], [1, '']);
          return true;
        }),
      ),
    );
  });

  test('a dead letter that is given again, and dies again, is said to be dead, and why', async () => {
    const poison = (await read('bss.customer.events')).find(({ value }) => value === 'no event at all')!;
    const before = (await read(DEAD_LETTERS)).length;
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
    assert.equal((await read(DEAD_LETTERS)).length, before);
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
