// Customers who order, as an application behind the gateway sends them: keeps account of every request, and tries again
// with the same Idempotency-Key until it is answered. Prints READY when it has begun and, once /tmp/stop is there, one
// JSON object.
//
//   load.mjs ADDRESS CUSTOMERS_PER_SECOND
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLoop, percentiles } from '../../../cluster/open-loop.mjs';
import { connection, inARow } from '../in-a-row.mjs';

const [base, rate] = [`http://${process.argv[2]}`, Number(process.argv[3])];
const account = { customers: 0, changes: 0, requests: 0, reset: 0, failed: 0, firstFailure: '' };
const latencies: number[] = [];

function failed(what: string): void {
  account.failed++;
  account.firstFailure ||= what;
}

const wasReset = (error: unknown) => /ECONNRESET|other side closed/.test(`${(error as Error).cause}`);

/** @returns the answer, once there is one that is not the server's failure */
async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: { id: string } }> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  for (;;) {
    const start = performance.now();
    account.requests++;
    try {
      const answer = await fetch(`${base}${path}`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const content = (await answer.json()) as { id: string };
      if (answer.status < 500) {
        latencies.push(performance.now() - start);
        return { status: answer.status, body: content };
      }
      failed(`${method} ${path}: ${answer.status}`);
    } catch (error) {
      // A server may end a connection while the next request is on its way. Clients send it again, on another:
      // https://www.rfc-editor.org/rfc/rfc9112#name-retrying-requests
      if (wasReset(error)) {
        account.reset++;
        continue;
      }
      failed(`${method} ${path}: ${error} ${(error as Error).cause ?? ''}`);
    }
    await sleep(200);
  }
}

async function create(path: string, body: object): Promise<string> {
  const answer = await ask('POST', path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  account.changes++;
  return answer.body.id;
}

/** A change that was committed before its answer got lost is refused when it is asked for again: it has happened. */
async function change(path: string, state: string): Promise<void> {
  const { status } = await ask('PATCH', path, { state });
  if (status !== 200 && status !== 409) throw new Error(`${path} to ${state}: ${status}`);
  account.changes++;
}

async function customer(number: number): Promise<void> {
  const customerId = await create('/api/customers', { name: `Load ${number}`, email: `load-${number}@example.com` });
  account.customers++;
  const order = await create('/api/orders', { customerId, product: 'fibre', amount: 4990, currency: 'EUR' });
  await change(`/api/orders/${order}`, 'inProgress');
  await change(`/api/orders/${order}`, 'completed');
}

const { hostname, port } = new URL(base);
await inARow(() => connection(hostname, Number(port)));
await openLoop(rate, customer);
console.log(JSON.stringify({ ...account, ...percentiles(latencies) }));
