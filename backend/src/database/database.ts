import { randomUUID } from 'node:crypto';
import type { Pool, QueryResult } from 'pg';
import { catalogue, dataschemaOf, type EventData, type EventType } from '../events/catalogue.ts';
import type { CloudEvent } from '../events/cloud-event.ts';
import { currentTraceparent } from '../tracing.ts';
import { Batch } from './batch.ts';
import { type Queryable, type Transaction, transaction } from './transaction.ts';

/** not_null_violation: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const NOT_NULL = '23502';

/** An event of the catalogue. */
export type Event = CloudEvent & { readonly type: EventType };

/** One transaction: what it changes, and what it announces. */
export interface Work {
  readonly db: Transaction;
  announce<T extends EventType>(type: T, subject: string, version: number, data: EventData<T>): void;
  /** What to do when a row that is written turns out to have nothing in this column: `explain` throws what the caller is told. */
  expect(column: string, explain: (db: Queryable) => Promise<never>): void;
}

/** Brings events out of the process. */
export interface Publisher {
  /** Inside of the transaction, as its last writes. */
  store(db: Transaction, events: readonly Event[]): void;
  /** After its commit. */
  committed(events: readonly Event[]): Promise<void>;
}

/** Changes and their events, both or neither. */
export class Database implements Queryable {
  constructor(
    readonly pool: Pool,
    private readonly publisher: Publisher,
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
      this.publisher.store(db, events);
      return result;
    }).catch(async (error) => {
      if (error.code === NOT_NULL) await explanations.get(error.column)?.(this);
      throw error;
    });
    if (events.length > 0) await this.publisher.committed(events);
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
