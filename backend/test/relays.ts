import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { enqueue } from '../src/database/outbox.ts';
import { createPool } from '../src/database/pool.ts';
import { Relay } from '../src/database/relay.ts';
import { transaction } from '../src/database/transaction.ts';
import type { EventBus, Message, RefusedMessage } from '../src/events/bus.ts';
import { createLog } from '../src/log.ts';
import { startService } from './service.ts';
import { until } from './until.ts';

/** Takes messages as it is told to. What Kafka does with them is another test. */
class Bus implements Partial<EventBus> {
  readonly taken: string[] = [];
  answer = async (messages: readonly Message[]): Promise<RefusedMessage[]> => this.take(messages);

  publish = (messages: readonly Message[]) => this.answer(messages);

  take(messages: readonly Message[]): RefusedMessage[] {
    this.taken.push(...messages.map(({ topic, key }) => `${key} ${topic}`));
    return [];
  }
}

export const message = (key: string, topics = ['bss.events']) => ({
  // Whatever bytes a record has: it may be a dead letter.
  ...{ topics, key: Buffer.from(key), headers: { odd: Buffer.from([0, 255]) }, value: Buffer.from([0, 255]) },
});

/** A database of the test's own, with relays on it that end with the test. */
export async function openOutbox(context: TestContext) {
  const [service, bus] = [await startService(`outbox-${randomUUID()}`), new Bus()];
  const relays: { relay: Relay; pool: pg.Pool }[] = [];
  context.after(async () => {
    for (const { relay, pool } of relays) {
      await relay.stop();
      await pool.end();
    }
    await service.end();
  });
  const startRelay = () => {
    const pool = createPool(service.config, 1, 15_000);
    const relay = new Relay(pool, bus as unknown as EventBus, service.metrics, createLog('silent'));
    relays.push({ relay, pool });
    relay.start();
    return { relay, pool };
  };
  const sql = async (text: string) => (await service.database.pool.query(text)).rows;
  const number = async (text: string) => Number((await sql(`SELECT (${text})::text AS number`))[0].number);
  const position = () => number('SELECT last_value FROM outbox_position');
  const waiting = () => number('SELECT count(*) FROM outbox');
  const put = (...messages: ReturnType<typeof message>[]) =>
    transaction(service.database.pool, 5000, async (db) => {
      for (const one of messages) enqueue(db, one);
    });
  const taken = (many: number) =>
    until(
      'messages',
      async () => bus.taken,
      (all) => all.length >= many,
    );
  return { service, bus, startRelay, sql, number, position, waiting, put, taken };
}
