import assert from 'node:assert/strict';
import { consumers } from '../src/consumers/all.ts';
import { Processor } from '../src/consumers/processor.ts';
import type { Received } from '../src/events/bus.ts';
import { topicsOf } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { createLog } from '../src/log.ts';
import type { Service } from './service.ts';

let offset = 0n;

/** Gives each event to every consumer of its topics, as Kafka would, until none is left. @returns how many there were */
export async function deliver(service: Service, from = 0): Promise<number> {
  const never = new AbortController().signal;
  let index = from;
  for (; index < service.events.length; index += 1) {
    const event = service.events[index]!;
    for (const topic of topicsOf(event.type)) {
      offset += 1n;
      const message: Received = { ...toMessage(event), topic, partition: 0, offset };
      for (const consumer of consumers.filter(({ topics }) => topics.includes(topic))) {
        await new Processor(consumer, service.database, service.metrics, createLog('silent')).process(message, never);
      }
    }
  }
  return index - from;
}

/** From a customer to a paid invoice, and everything else that can be announced. @returns ids */
export async function runChain(service: Service): Promise<{ customerId: string; orderId: string; invoiceId: string }> {
  const create = async (path: string, body: object): Promise<string> => (await service.create(path, body)).id;
  const change = async (path: string, id: string, body: object) => {
    const answer = await service.ask('PATCH', `/api/${path}/${id}`, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  };
  const customerId = await create('customers', { name: 'Ada Lovelace', email: 'ada@example.com' });
  const order = { customerId, product: 'fibre', amount: 4990, currency: 'EUR' };
  const orderId = await create('orders', order);
  await change('orders', await create('orders', order), { state: 'cancelled' });
  await change('orders', orderId, { state: 'inProgress' });
  await change('orders', orderId, { state: 'completed' });
  await deliver(service);
  const invoices = await service.ask('GET', `/api/invoices?orderId=${orderId}`);
  assert.equal(invoices.body.totalElements, 1);
  const { id: invoiceId } = invoices.body.content[0];
  await change('payments', await create('payments', { invoiceId, amount: 90, method: 'card' }), { state: 'failed' });
  const paymentId = await create('payments', { invoiceId, amount: 4990, method: 'card' });
  await change('payments', paymentId, { state: 'completed' });
  const other = await create('invoices', { customerId, amount: 5, currency: 'EUR' });
  await change('invoices', other, { state: 'overdue' });
  await change('invoices', other, { state: 'cancelled' });
  await create('billing-cycles', { period: '2026-11' });
  await change('customers', customerId, { phone: '1' });
  await deliver(service);
  await change('payments', paymentId, { state: 'refunded' });
  return { customerId, orderId, invoiceId };
}
