import type { Message } from '../events/bus.ts';
import { type Event, topicsOf } from '../events/catalogue.ts';
import { toMessage } from '../events/cloud-event.ts';
import type { Queryable } from './queryable.ts';
import { NOTHING, type Without } from './stuck.ts';
import type { Transaction } from './transaction.ts';

/** A message that waits for the relay, which sends it to all the topics. */
export type Waiting = Omit<Message, 'topic'> & { readonly seq: string; readonly topics: readonly string[] };

/** Stores events in the transaction that they tell of: they are published if it commits, and only then. */
export class Outbox {
  constructor(private readonly afterCommit: (events: readonly Event[]) => Promise<void>) {}

  /** Inside of the transaction, as its last writes. */
  store(db: Transaction, events: readonly Event[]): void {
    for (const event of events) enqueue(db, { topics: topicsOf(event.type), ...toMessage(event) });
  }

  /** After its commit. */
  async committed(events: readonly Event[]): Promise<void> {
    await this.afterCommit(events);
  }
}

/** One statement for each: they are sent together, and a statement has 65,535 parameters at most. */
export function enqueue(db: Transaction, { topics, key, headers, value }: Omit<Waiting, 'seq'>): void {
  db.write('INSERT INTO outbox (topics, key, headers, value) VALUES ($1, $2, $3, $4)', [
    ...[topics, key, packHeaders(headers), value],
  ]);
}

/** Of what is taken at once: what waits may be a hundred thousand bytes or a million each. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The oldest messages after `after`, and whether that was all. Who changes an aggregate locks it until it commits, so for one
 * aggregate `seq` is the order of commits.
 * @param without what has to wait, and what comes behind it with the same key
 */
export async function oldest(
  db: Queryable,
  limit: number,
  after = 0n,
  without: Without = NOTHING,
): Promise<{ readonly messages: Waiting[]; readonly isAll: boolean }> {
  const { rows } = await db.query(
    `SELECT seq, topics, key, headers, value, found FROM (
       SELECT *, count(*) OVER () AS found, sum(size) OVER (ORDER BY seq) - size AS before FROM (
         SELECT *, coalesce(octet_length(value), 0) + pg_column_size(headers) AS size
         FROM outbox WHERE seq > $1 AND (key <> ALL ($4::bytea[]) OR key IS NULL AND NOT $5) ORDER BY seq LIMIT $2) AS first) AS sized
     WHERE before < $3 ORDER BY seq`,
    [`${after}`, limit, MOST_BYTES, without.keys, without.hasNull],
  );
  const messages = rows.map(({ found: _, ...row }) => ({ ...row, headers: unpackHeaders(row.headers) }));
  const found = Number(rows[0]?.found ?? 0);
  return { messages, isAll: found < limit && found === messages.length };
}

export function remove(db: Transaction, messages: readonly Pick<Waiting, 'seq'>[]): void {
  if (messages.length > 0) db.write('DELETE FROM outbox WHERE seq = ANY($1)', [messages.map(({ seq }) => seq)]);
}

/** Leaves only these topics to a message that has reached the others. */
export function keep(db: Transaction, { seq }: Waiting, topics: readonly string[]): void {
  db.write('UPDATE outbox SET topics = $2 WHERE seq = $1', [seq, topics]);
}

/** Sets a copy for these topics aside. */
export function setAside(db: Transaction, { seq }: Waiting, topics: readonly string[], reason: string): void {
  // Another topic may have refused it before.
  db.write(
    `INSERT INTO outbox_refused (seq, topics, key, headers, value, created_at, reason)
     SELECT seq, $2, key, headers, value, created_at, $3 FROM outbox WHERE seq = $1
     ON CONFLICT (seq) DO UPDATE SET topics = outbox_refused.topics || excluded.topics,
       reason = outbox_refused.reason || '; ' || excluded.reason, refused_at = now()`,
    [seq, topics, reason],
  );
}

// Latin 1 has a character for every byte, so that what was no UTF-8 comes out as it went in.
const packHeaders = (headers: Message['headers']) =>
  JSON.stringify(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString('latin1')])));
const unpackHeaders = (headers: Record<string, string>): Message['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'latin1')]));
