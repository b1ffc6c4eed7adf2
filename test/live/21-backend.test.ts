import { eventually } from '../../cluster/eventually';
import { abandon, restarted } from '../../cluster/installation';
import { isReady } from '../../cluster/pod';
import { signal } from '../../cluster/signal';
import { BACKEND_NAMESPACE, BackendInstallation } from './backend/installation';
import { QUICK_TOOLS } from './kafka-tool';
import { beginWithNothing } from './shared';

const backend = new BackendInstallation();
const bss = backend.namespace;

beforeAll(() => beginWithNothing(BACKEND_NAMESPACE));
afterAll(() => abandon(BACKEND_NAMESPACE));

const REACHES = ['node', '-e', `fetch('http://${backend.address}/api/customers').then(() => process.exit(0))`];

const pods = () => bss.pods('app.kubernetes.io/name=backend');

/** Consumers on few cores need their time. */
const LONG_SECONDS = 1800;

/** Every event is in Kafka, and every consumer is done with it. */
function awaitEffects(): void {
  eventually('an empty outbox', () => backend.count('count(*) FROM outbox') === 0);
  const done = () =>
    bss.exec('kafka-0', 'env', QUICK_TOOLS, 'sh', '-c', LAG).trim() === '0' &&
    backend.count('count(*) FROM outbox') === 0;
  eventually('no consumer to lag behind', done, LONG_SECONDS);
}
/** Of a partition that nobody has committed an offset of yet (`-`), all is behind. Prints nothing when Kafka does not answer. */
const LAG =
  'kafka-consumer-groups --bootstrap-server localhost:9092 --describe --all-groups 2>/dev/null | ' +
  'awk \'$1 ~ /^bss-/ { seen = 1; lag += $6 == "-" ? $5 : $6 } END { if (seen) print lag + 0 }\'';

const RESOURCES = {
  customer: 'bss.customer.events',
  product_order: 'bss.order.events',
  invoice: 'bss.invoice.events',
  payment: 'bss.payment.events',
};
const committedTo = (table: string) => backend.count(`coalesce(sum(version), 0) FROM ${table}`);
const committedChanges = () => Object.keys(RESOURCES).reduce((sum, table) => sum + committedTo(table), 0);

/** Whether each committed change is one event in Kafka, and each event had one effect. @returns how many changes */
function expectEachOnce(): number {
  let changes = 0;
  for (const [table, topic] of Object.entries(RESOURCES)) {
    const committed = committedTo(table);
    const delivered = new Set(
      backend.records(topic).map(({ headers }) => `${headers['ce_source']} ${headers['ce_id']}`),
    );
    expect([table, delivered.size]).toEqual([table, committed]);
    changes += committed;
  }
  const customers = backend.count('count(*) FROM customer');
  const welcomed = "FROM notification WHERE kind = 'welcome'";
  expect(backend.count(`count(*) ${welcomed}`)).toBe(customers);
  expect(backend.count(`count(DISTINCT customer_id) ${welcomed}`)).toBe(customers);
  const completed = backend.count("count(*) FROM product_order WHERE state = 'completed'");
  expect(backend.count('count(*) FROM invoice WHERE order_id IS NOT NULL')).toBe(completed);
  expect(backend.count('count(*) - count(DISTINCT (source, event_id)) FROM audit')).toBe(0);
  return changes;
}

test('charts that are applied one by one in reverse order converge as well, and no container restarts', () => {
  backend.applyInReverse();
  backend.awaitReady();
  expect(restarted(bss)).toEqual([]);
  backend.startClient('client');
  eventually('the policy to know the client', () => bss.try('exec', 'client', '--', ...REACHES).ok);
});

test('customers are listed and created as in the original, the event has the documented form, and the welcome is recorded', () => {
  const [status, page] = backend.ask<{ size: number; number: number }>('GET', '/api/customers?page=0&size=10');
  expect([status, page.number, page.size]).toEqual([200, 0, 10]);
  const body = { name: 'Ada Lovelace', email: 'ada@example.com' };
  const [created, customer] = backend.ask<{ id: string }>('POST', '/api/customers', body);
  expect(created).toBe(201);
  const event = eventually('the event', () => {
    return backend.records('bss.customer.events').find(({ key }) => key === customer.id);
  });
  expect(event.headers).toMatchObject({
    ce_specversion: '1.0',
    ce_type: 'com.droid.bss.customer.created',
    ce_source: 'urn:bss:customer-service',
    'content-type': 'application/json',
  });
  expect(JSON.parse(event.value)).toMatchObject({ ...body, id: customer.id });
  const welcome = `count(*) FROM notification WHERE kind = 'welcome' AND customer_id = '${customer.id}'`;
  eventually('the welcome', () => backend.count(welcome) === 1);
});

test('an order that is completed becomes an invoice, and a payment pays it, each event once in effect', () => {
  const create = (path: string, body: object) => {
    const [status, made] = backend.ask<{ id: string }>('POST', path, body);
    expect([path, status]).toEqual([path, 201]);
    return made.id;
  };
  const patch = (path: string, state: string) => {
    expect([path, backend.ask('PATCH', path, { state })[0]]).toEqual([path, 200]);
  };
  const customerId = create('/api/customers', { name: 'Grace Hopper', email: 'grace@example.com' });
  const order = create('/api/orders', { customerId, product: 'fibre', amount: 4990, currency: 'EUR' });
  patch(`/api/orders/${order}`, 'inProgress');
  patch(`/api/orders/${order}`, 'completed');
  const invoiceOf = () => {
    const [, { content }] = backend.ask<{ content: { id: string; state: string }[] }>(
      'GET',
      `/api/invoices?orderId=${order}`,
    );
    return content[0];
  };
  const invoice = eventually('the invoice', invoiceOf);
  const payment = create('/api/payments', { invoiceId: invoice.id, amount: 4990, method: 'card' });
  patch(`/api/payments/${payment}`, 'completed');
  eventually('the invoice to be paid', () => invoiceOf()?.state === 'paid');
  awaitEffects();
  expectEachOnce();
});

test('a rolling update under load fails no request', () => {
  const customers = () => backend.count('count(*) FROM customer');
  const before = customers();
  backend.startLoad('rolled', 2);
  bss.run('rollout', 'restart', 'deployment/backend');
  bss.awaitRollout('deployment/backend');
  eventually('customers to be made', () => customers() > before + 50);
  const result = backend.stopLoad('rolled');
  console.info(result);
  expect(result.customers).toBeGreaterThan(40);
  // Some are sent again, as HTTP's clients do.
  expect(result).toMatchObject({ failed: 0 });
  expect(result.reset).toBeLessThan(result.requests / 50);
});

/** As many at least; a customer makes five. */
const CHANGES = Number(process.env['LIVE_CHANGES'] ?? 1000);
/** Ten thousand changes are for proof, with twenty. */
const KILLS = Math.max(6, Math.round(CHANGES / 500));

test(`${KILLS} times a backend killed under load, and a broker, and PostgreSQL: every change is one event and one effect`, () => {
  backend.startLoad('killed', Math.max(2, CHANGES / 2000));
  for (let kill = 0; kill < KILLS; kill++) {
    const alive = pods().filter(isReady);
    const victim = alive[kill % alive.length]!;
    signal(victim, 'KILL');
    // Or the kubelet would wait longer before each start, up to five minutes.
    bss.run('delete', 'pod', victim.metadata.name, '--force', '--grace-period=0');
    if (kill === Math.floor(KILLS / 4)) signal(bss.pod('kafka-1')!, 'KILL');
    if (kill === Math.floor(KILLS * 0.6)) signal(bss.pod('postgres-0')!, 'KILL');
    eventually('two backends to be ready', () => pods().filter(isReady).length >= 2);
  }
  backend.awaitReady();
  eventually(`${CHANGES} changes`, () => committedChanges() >= CHANGES, LONG_SECONDS);
  const result = backend.stopLoad('killed');
  awaitEffects();
  const changes = expectEachOnce();
  console.info({ ...result, kills: KILLS, committedChanges: changes });
  expect(changes).toBeGreaterThanOrEqual(result.changes);
});

const event = (id: string, subject: string, type = 'com.droid.bss.customer.created') =>
  [
    `content-type:application/json,ce_specversion:1.0,ce_type:${type},ce_source:urn:bss:customer-service`,
    `ce_id:${id},ce_subject:${subject},ce_time:2026-01-01T00:00:00Z,ce_dataschema:urn:bss:schema:customer.created:1`,
  ].join(',');

test('a thousand copies of an event have one effect, and one that cannot be read goes to the dead letters', () => {
  const [, customer] = backend.ask<{ id: string }>('POST', '/api/customers', {
    name: 'Copy',
    email: 'copy@example.com',
  });
  awaitEffects();
  const original = backend.records('bss.customer.events').find(({ key }) => key === customer.id)!;
  const headers = event(original.headers['ce_id']!, customer.id);
  const welcomes = () => backend.count(`count(*) FROM notification WHERE customer_id = '${customer.id}'`);
  expect(welcomes()).toBe(1);
  const dead = backend.records('bss.dead-letter.events').length;
  const copies = Array.from({ length: 1000 }, () => `${headers}\t${customer.id}\t${original.value}`);
  const poison = `${event('poison', customer.id)}\t${customer.id}\t{"half":`;
  // What comes after it in the same partition is read: of a customer that nobody knows, it is a dead letter, too.
  const unknown = { ...JSON.parse(original.value), id: '00000000-0000-4000-8000-000000000001' };
  const after = `${event('after-the-poison', unknown.id)}\t${customer.id}\t${JSON.stringify(unknown)}`;
  backend.write('bss.customer.events', [...copies, poison, after]);
  awaitEffects();
  expect(welcomes()).toBe(1);
  const letters = backend.records('bss.dead-letter.events').slice(dead);
  const reasons = letters
    .filter(({ headers }) => headers['dlq_consumer'] === 'notification')
    .map(({ headers }) => [headers['ce_id'], headers['dlq_reason']]);
  expect(reasons).toEqual([
    ['poison', 'not-a-cloud-event'],
    ['after-the-poison', 'handler-failed'],
  ]);
});
