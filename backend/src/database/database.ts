import { randomUUID } from 'node:crypto';
import type { Pool, QueryResult } from 'pg';
import { catalogue, dataschemaOf, type Event, type EventData, type EventType } from '../events/catalogue.ts';
import { currentTraceparent } from '../tracing.ts';
import { Batch } from './batch.ts';
import type { Outbox } from './outbox.ts';
import type { Queryable } from './queryable.ts';
import { type Transaction, transaction } from './transaction.ts';

/** not_null_violation: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const NOT_NULL = '23502';

/** One transaction: what it changes, and what it announces. */
export interface Work {
  readonly db: Transaction;
  announce<T extends EventType>(type: T, subject: string, version: number, data: EventData<T>): void;
  /** What to do when a row that is written turns out to have nothing in this column: `explain` throws what the caller is told. */
  expect(column: string, explain: (db: Queryable) => Promise<never>): void;
}

/** Changes and their events, both or neither. */
export class Database implements Queryable {
  constructor(
    readonly pool: Pool,
    private readonly outbox: Outbox,
    private readonly deadline: number,
  ) {}

  async query(text: string, values?: unknown[]): Promise<QueryResult> {
    const client = await this.pool.connect();
    const batch = new Batch();
    try {
      const result = batch.add(text, values);
      await batch.sendOn(client);
      return await result;
    } finally {
      client.release(batch.isBroken);
    }
  }

  /** Runs `work` in one transaction. @param actor who asks for it */
  async change<T>(actor: string, work: (work: Work) => Promise<T>): Promise<T> {
    const events: Event[] = [];
    const explanations = new Map<string, (db: Queryable) => Promise<never>>();
    const result = await transaction(this.pool, this.deadline, async (db) => {
      const result = await work({
        db,
        announce: (type, subject, version, data) => events.push(newEvent(type, subject, version, actor, data)),
        expect: (column, explain) => explanations.set(column, explain),
      });
      this.outbox.store(db, events);
      return result;
    }).catch(async (error) => {
      if (error.code === NOT_NULL) await explanations.get(error.column)?.(this);
      throw error;
    });
    if (events.length > 0) await this.outbox.committed(events);
    return result;
  }
}

function newEvent(type: EventType, subject: string, version: number, actor: string, data: unknown): Event {
  const { source } = catalogue[type];
  const dataschema = dataschemaOf(type, data);
  const traceparent = currentTraceparent();
  return {
    ...{ id: randomUUID(), source, type, subject, time: new Date().toISOString(), dataschema, actor },
    ...{ sequence: `${version}`, data },
    ...(traceparent && { traceparent }),
  };
}
