import { randomUUID } from 'node:crypto';
import type { Work } from '../database/database.ts';
import { catalogue, EVERYTHING, type Event, type EventType } from '../events/catalogue.ts';
import type { Consumer } from './consumer.ts';

const audited = (Object.keys(catalogue) as EventType[]).filter((type) => type !== 'com.droid.bss.audit.recorded');

/** Keeps who did what to what, and when, and publishes it for who keeps it for a year. */
export const audit: Consumer = {
  name: 'audit',
  topics: [EVERYTHING],
  handlers: Object.fromEntries(audited.map((type) => [type, record])),
};

async function record(work: Work, { id: eventId, source, type, subject, actor, time }: Event): Promise<void> {
  const entry = { id: randomUUID(), eventId, source, type, subject, actor, time };
  await work.db.query(
    'INSERT INTO audit (id, event_id, source, type, subject, actor, time) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    Object.values(entry),
  );
  work.announce('com.droid.bss.audit.recorded', entry.id, 1, entry);
}
