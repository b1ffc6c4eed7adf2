import type { Logger } from 'pino';
import type { Queryable } from './transaction.ts';

const INTERVAL = 60_000;
/** Few at a time: nobody should notice. */
const BATCH = 10_000;

/** Longer than any topic keeps an event that a consumer could be given again. */
const INBOX = '35 days';
const IDEMPOTENCY = '1 day';

/** Forgets what nobody will ask for any more. @returns what ends that */
export function keepHouse(db: Queryable, log: Logger): () => void {
  const forget = (table: string, time: string, age: string) =>
    db.query(
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM ${table} WHERE ${time} < now() - interval '${age}' LIMIT ${BATCH}))`,
    );
  const timer = setInterval(async () => {
    try {
      await forget('inbox', 'processed_at', INBOX);
      await forget('idempotency', 'created_at', IDEMPOTENCY);
    } catch (error) {
      log.warn({ err: error }, 'housekeeping has to wait');
    }
  }, INTERVAL);
  return () => clearInterval(timer);
}
