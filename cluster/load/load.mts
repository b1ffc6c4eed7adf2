// Uses the platform as its applications do, a little of everything, and keeps account. What fails is counted and not tried
// again: the next one comes anyway. Prints READY when it has begun and, once /tmp/stop is there, one JSON object.
//
//   load.mjs PLAN    JSON, see load.ts; the password of $REDIS_USER is in $PASSWORD
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { openLoop } from '../open-loop.mjs';
import type { Plan, Stream } from './load.js';

const { base, key, seeds, ordersPerSecond, keysPerSecond, streams }: Plan = JSON.parse(process.argv[2]!);
const { REDIS_USER: username, PASSWORD: password, AUTHORITY: ca } = process.env;
const account = { answers: {} as Record<string, number>, orders: 0, keys: 0, failed: 0 };
const isOver = () => existsSync('/tmp/stop');

interface Sent {
  readonly body?: object;
  /** @default - the consumer's own */
  readonly apikey?: string;
}

/** @returns the body, and nothing where the answer is a refusal or none at all */
async function ask<Body>(method: string, path: string, { body, apikey = key }: Sent = {}): Promise<Body | undefined> {
  const headers = {
    ...(apikey && { apikey }),
    ...(body && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
  };
  try {
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${base}${path}`, { ...sent, signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    account.answers[answer.status] = (account.answers[answer.status] ?? 0) + 1;
    // Pages are text.
    return answer.ok && text.startsWith('{') ? (JSON.parse(text) as Body) : undefined;
  } catch {
    account.failed++;
    return undefined;
  }
}

/** A customer who looks at what there is, orders, and pays the invoice once it is there. */
async function order(number: number): Promise<void> {
  const person = { name: `Load ${number}`, email: `load-${number}@example.com` };
  const customer = await ask<{ id: string }>('POST', '/api/customers', { body: person });
  if (!customer) return;
  // Out of the database, then out of the cache.
  for (let look = 0; look < 2; look++) await ask('GET', `/api/customers/${customer.id}`);
  await ask('GET', '/api/orders?page=0&size=5');
  const body = { customerId: customer.id, product: 'fibre', amount: 4990, currency: 'EUR' };
  const ordered = await ask<{ id: string }>('POST', '/api/orders', { body });
  if (!ordered) return;
  for (const state of ['inProgress', 'completed']) await ask('PATCH', `/api/orders/${ordered.id}`, { body: { state } });
  account.orders++;
  await sleep(2000);
  const found = await ask<{ content: { id: string }[] }>('GET', `/api/invoices?orderId=${ordered.id}`);
  const [invoice] = found?.content ?? [];
  if (!invoice) return;
  const payment = { invoiceId: invoice.id, amount: 4990, method: 'card' };
  const paid = await ask<{ id: string }>('POST', '/api/payments', { body: payment });
  if (paid) await ask('PATCH', `/api/payments/${paid.id}`, { body: { state: 'completed' } });
}

const cluster = new Cluster(
  seeds.split(',').map((seed) => ({ host: seed.split(':')[0]!, port: Number(seed.split(':')[1]) })),
  {
    redisOptions: { username, password, commandTimeout: 2000, ...(ca && { tls: { ca } }) },
    // By name, as that is what a certificate has.
    ...(ca && { dnsLookup: (name: string, found: (error: null, address: string) => void) => found(null, name) }),
    enableOfflineQueue: false,
    clusterRetryStrategy: () => 500,
  },
);
cluster.on('error', () => {});

/** A session that is kept, found again, and looked for under a wrong name. */
async function session(number: number): Promise<void> {
  try {
    await cluster.set(`session:${number}`, randomUUID(), 'EX', 60);
    account.keys++;
    await Promise.all([cluster.get(`session:${number}`), cluster.get(`nobody:${number}`)]);
  } catch {
    account.failed++;
  }
}

/** At its rate, for ever or until so many were sent, which then begin with a minute: limits are by minutes of the clock. */
async function stream({ method = 'GET', path, apikey, perSecond, most = Number.POSITIVE_INFINITY }: Stream) {
  if (Number.isFinite(most)) while (new Date().getSeconds() > 5 && !isOver()) await sleep(200);
  let sent = 0;
  const one = async () => {
    if (sent++ < most) await ask(method, path, { apikey });
  };
  await openLoop(perSecond, one, () => isOver() || sent >= most);
}

await Promise.all([
  openLoop(ordersPerSecond, order),
  openLoop(keysPerSecond, session),
  ...streams.map((each) => stream(each)),
]);
console.log(JSON.stringify(account));
cluster.disconnect();
