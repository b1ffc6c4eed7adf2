import type { PoolClient } from 'pg';
import type { Message } from '../events/bus.ts';
import { topicsOf } from '../events/catalogue.ts';
import { toMessage } from '../events/cloud-event.ts';
import type { Queryable } from '../resources/resource.ts';
import type { Event, Publisher } from './database.ts';

/** A message that waits for the relay, which sends it to all the topics. */
export type Waiting = Omit<Message, 'topic'> & { readonly seq: string; readonly topics: string[] };

/** Stores events in the transaction that they tell of: they are published if it commits, and only then. */
export class Outbox implements Publisher {
  constructor(private readonly afterCommit: (events: readonly Event[]) => Promise<void>) {}

  async store(db: PoolClient, events: readonly Event[]): Promise<void> {
    await enqueue(
      db,
      events.map((event) => ({ topics: topicsOf(event.type), ...toMessage(event) })),
    );
  }

  async committed(events: readonly Event[]): Promise<void> {
    await this.afterCommit(events);
  }
}

export async function enqueue(db: Queryable, messages: readonly Omit<Waiting, 'seq'>[]): Promise<void> {
  const values = messages.flatMap(({ topics, key, headers, value }) => [topics, key, packHeaders(headers), value]);
  const rows = messages.map(
    (_, index) => `($${4 * index + 1}, $${4 * index + 2}, $${4 * index + 3}, $${4 * index + 4})`,
  );
  await db.query(`INSERT INTO outbox (topics, key, headers, value) VALUES ${rows.join(', ')}`, values);
}

/** The oldest messages after `after`. Who changes an aggregate locks it until it commits, so for one aggregate `seq` is the order of commits. */
export async function oldest(db: Queryable, limit: number, after = '0'): Promise<Waiting[]> {
  const { rows } = await db.query(
    `SELECT seq, topics, key, headers, value FROM outbox WHERE seq > $1 ORDER BY seq LIMIT ${limit}`,
    [after],
  );
  return rows.map((row) => ({ ...row, headers: unpackHeaders(row.headers) }));
}

export async function remove(db: Queryable, messages: readonly Waiting[]): Promise<void> {
  await db.query('DELETE FROM outbox WHERE seq = ANY($1)', [messages.map(({ seq }) => seq)]);
}

// Latin 1 has a character for every byte, so that what was no UTF-8 comes out as it went in.
const packHeaders = (headers: Message['headers']) =>
  JSON.stringify(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString('latin1')])));
const unpackHeaders = (headers: Record<string, string>): Message['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'latin1')]));
