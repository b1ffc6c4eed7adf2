import type { Work } from '../database/database.ts';
import { catalogue, EVERYTHING, type Event, type EventType } from '../events/catalogue.ts';
import type { Consumer } from './consumer.ts';

const counted = (Object.keys(catalogue) as EventType[]).filter((type) => type !== 'com.droid.bss.audit.recorded');

/** Counts events, and adds up their amounts, by day, type and currency. */
export const analytics: Consumer = {
  name: 'analytics',
  topics: [EVERYTHING],
  handlers: Object.fromEntries(counted.map((type) => [type, count])),
};

async function count(work: Work, { type, time, data }: Event): Promise<void> {
  const { amount = 0, currency = '' } = data as { amount?: number; currency?: string };
  await work.db.query(
    `INSERT INTO analytics_daily (day, type, currency, events, amount) VALUES ($1, $2, $3, 1, $4)
     ON CONFLICT (day, type, currency)
     DO UPDATE SET events = analytics_daily.events + 1, amount = analytics_daily.amount + excluded.amount`,
    [time.slice(0, 10), type, currency, amount],
  );
}
