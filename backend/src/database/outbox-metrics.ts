import { Gauge } from 'prom-client';
import type { Metrics } from '../metrics.ts';
import { within } from '../within.ts';
import type { Queryable } from './queryable.ts';

const MOST_COUNTED = 100_000;
/** Milliseconds, far from what a scrape bears: while all connections are taken the other figures must not be lost. */
const PATIENCE = 2000;

/** From where the relay begins to look, too: what it has deleted is still in the index while an older snapshot is open. */
const OUTBOX = `
  WITH waiting AS (
    SELECT created_at FROM outbox WHERE seq > (SELECT last_value FROM outbox_position) ORDER BY seq LIMIT $1)
  SELECT count(*)::integer AS pending,
    coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float AS oldest_seconds,
    (SELECT count(*)::integer FROM outbox_refused) AS refused
  FROM waiting`;

/** How many events wait for Kafka, and for how long, each time that somebody asks for the metrics. */
export function measureOutbox({ registry }: Metrics, db: Queryable): void {
  // Once for all of them. What the last scrape saw when PostgreSQL is away, since the other metrics are needed most then.
  let asked: Promise<Record<string, number> | undefined> | undefined;
  const ask = () => {
    asked ??= within(PATIENCE, db.query(OUTBOX, [MOST_COUNTED]), 'PostgreSQL')
      .then(
        ({ rows }) => rows[0],
        () => undefined,
      )
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  const fromOutbox = (column: string, help: string) =>
    new Gauge({
      ...{ name: `bss_outbox_${column}`, help, registers: [registry] },
      async collect() {
        const seen = await ask();
        if (seen) this.set(seen[column]!);
      },
    });
  fromOutbox('pending', `Committed events that Kafka does not have yet. From ${MOST_COUNTED} on they are not counted`);
  fromOutbox('oldest_seconds', 'Age of the oldest of them');
  fromOutbox('refused', 'Events that are set aside, until a person looks at them');
}
