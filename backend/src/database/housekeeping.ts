import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { Seldom } from '../seldom.ts';
import { describeFailure } from './describe-failure.ts';
import type { Queryable } from './queryable.ts';

const INTERVAL = 60_000;
/** Few at a time, and a pause after each: nobody should notice, and it must be quicker than they come. */
const [BATCH, PAUSE] = [10_000, 100];

/** Longer than any topic keeps an event that a consumer could be given again. */
const INBOX = '35 days';
const IDEMPOTENCY = '1 day';
const DAY = 86_400_000;

/** Forgets what nobody will ask for any more. @returns what ends that */
export function keepHouse(pool: Pool, log: Logger): () => void {
  const tables = [
    new Table(pool, 'inbox', 'processed_at', INBOX),
    new Table(pool, 'idempotency', 'created_at', IDEMPOTENCY),
  ];
  const stopped = new AbortController();
  const seldom = new Seldom(log);
  const run = async () => {
    while (!stopped.signal.aborted) {
      try {
        for (const table of tables) await table.forget(stopped.signal);
      } catch (error) {
        if (!stopped.signal.aborted) seldom.warn(describeFailure(error, pool.options), 'housekeeping has to wait');
      }
      await sleep(INTERVAL, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  void run();
  return () => stopped.abort();
}

/** A table of what is forgotten some time after it came. */
export class Table {
  /** Where the last look ended. What was deleted before stays in the index as long as an older snapshot is open. */
  private from = '-infinity';
  /** Since when. Once a day all is looked through: rows that another had locked were passed, and may be there still. */
  private since = Date.now();

  constructor(
    private readonly db: Queryable,
    private readonly name: string,
    private readonly time: string,
    private readonly age: string,
    private readonly batch = BATCH,
  ) {}

  /** Deletes all that is old enough. Another process that does the same takes other rows. */
  async forget(signal?: AbortSignal): Promise<void> {
    if (Date.now() - this.since > DAY) [this.from, this.since] = ['-infinity', Date.now()];
    for (;;) {
      const { rows } = await this.db.query(
        `WITH old AS (
           SELECT ctid, ${this.time} AS time FROM ${this.name}
           WHERE ${this.time} >= $1 AND ${this.time} < now() - interval '${this.age}'
           ORDER BY ${this.time} LIMIT $2 FOR UPDATE SKIP LOCKED),
         gone AS (DELETE FROM ${this.name} WHERE ctid = ANY (ARRAY(SELECT ctid FROM old)))
         SELECT count(*)::integer AS many, max(time)::text AS last FROM old`,
        [this.from, this.batch],
      );
      const { many, last } = rows[0];
      if (last !== null) this.from = last;
      if (many < this.batch) return;
      await sleep(PAUSE, undefined, { signal });
    }
  }
}
