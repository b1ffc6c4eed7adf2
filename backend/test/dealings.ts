import assert from 'node:assert/strict';
import { consumers } from '../src/consumers/all.ts';
import { type Event, topicsOf } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { deliver } from './chain.ts';
import { consuming, never } from './consuming.ts';
import type { Service } from './service.ts';

/** What customers and staff do, and what becomes of it. @param of the service, once it is started */
export function dealings(of: () => Service) {
  const sql = async (text: string, values: unknown[] = []) => (await of().database.pool.query(text, values)).rows;
  const create = async (path: string, body: object): Promise<string> => (await of().create(path, body)).id;
  const change = async (path: string, id: string, body: object) => {
    const answer = await of().ask('PATCH', `/api/${path}/${id}`, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  };
  let settled = 0;
  /** Until every event has had its effects. */
  const settle = async () => {
    settled += await deliver(of(), settled);
  };
  const order = (customerId: string, more: object = {}) =>
    create('orders', { customerId, product: 'fibre', amount: 4990, currency: 'EUR', ...more });
  const eventsOf = (id: string) => of().events.filter(({ subject }) => subject === id);
  const { processor } = consuming(of);
  let offset = 0n;
  /** To every consumer of its topics, or to one. @returns what became of it for the last one */
  const give = async (event: Event, only?: string) => {
    let outcome = '';
    for (const topic of topicsOf(event.type)) {
      for (const consumer of consumers.filter(
        ({ name, topics }) => topics.includes(topic) && (!only || name === only),
      )) {
        offset += 1n;
        outcome = await processor(consumer).process({ ...toMessage(event), topic, partition: 0, offset }, never);
      }
    }
    return outcome;
  };
  const notes = async (id: string) =>
    (await sql('SELECT kind, text FROM notification WHERE customer_id = $1 ORDER BY created_at', [id])).map(
      ({ kind, text }) => `${kind}: ${text}`,
    );
  return { sql, create, change, settle, order, eventsOf, give, notes };
}
