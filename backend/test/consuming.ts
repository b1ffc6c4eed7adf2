import { randomUUID } from 'node:crypto';
import { consumers } from '../src/consumers/all.ts';
import type { Consumer } from '../src/consumers/consumer.ts';
import { Processor } from '../src/consumers/processor.ts';
import type { Work } from '../src/database/database.ts';
import type { Waiting } from '../src/database/outbox.ts';
import type { Received } from '../src/events/bus.ts';
import { DEAD_LETTERS, type Event, type EventType } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { createLog } from '../src/log.ts';
import { type Service, waitingIn } from './service.ts';

export const never = new AbortController().signal;

export const named = (name: string) => consumers.find((consumer) => consumer.name === name)!;

export const said = ({ headers }: Waiting, name: string) => headers[`dlq_${name}`]?.toString();

/** Gives messages to the consumers of a service, as Kafka would. @param of the service, once it is started */
export function consuming(of: () => Service) {
  let offset = 1_000_000n;
  const event = (type: EventType, more: Partial<Event> = {}): Event => ({
    ...of().events.find((event) => event.type === type)!,
    id: randomUUID(),
    ...more,
  });
  const created = () => toMessage(event('com.droid.bss.customer.created'));
  const received = (
    message: Pick<Received, 'key' | 'value' | 'headers'> = created(),
    topic = 'bss.customer.events',
  ): Received => {
    offset += 1n;
    return { ...message, topic, partition: 1, offset };
  };
  const processor = (consumer: Consumer, { database = of().database, pause = 0.02 } = {}) =>
    new Processor(consumer, database, of().metrics, createLog('silent'), pause);
  /** @param handle what is done for a customer who was created */
  const doing = (handle: (work: Work) => Promise<unknown>, more?: Parameters<typeof processor>[1]) => {
    const handler = async (work: Work) => void (await handle(work));
    return processor({ ...consumers[0]!, handlers: { 'com.droid.bss.customer.created': handler } }, more);
  };
  /** How many there are, and the newest one. */
  const deadLetters = async () => {
    const { rows } = await of().database.pool.query(
      'SELECT count(*)::integer AS many, max(seq) - 1 AS before FROM outbox WHERE topics = $1',
      [[DEAD_LETTERS]],
    );
    const { many, before } = rows[0];
    return { many: many as number, newest: (await waitingIn(of(), BigInt(before ?? 0)))[0]! };
  };
  return { event, received, processor, doing, deadLetters, newest: async () => (await deadLetters()).newest };
}
