import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Queryable } from './database/transaction.ts';

/** Named as Micrometer names them where there is such a name, so that boards made for Spring Boot find them. */
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Histogram({
    name: 'http_server_requests_seconds',
    help: 'Answered requests, by the template of their route',
    labelNames: ['method', 'uri', 'status', 'outcome', 'exception'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly published = new Counter({
    name: 'bss_kafka_produced_total',
    help: 'Events that Kafka has acknowledged',
    labelNames: ['topic'],
    registers: [this.registry],
  });
  readonly consumed = new Counter({
    name: 'bss_kafka_consumed_total',
    help: 'Events that were consumed, by what became of them',
    labelNames: ['consumer', 'outcome'],
    registers: [this.registry],
  });
  readonly retries = new Counter({
    name: 'bss_consumer_retries_total',
    help: 'Times an event had to be tried again',
    labelNames: ['consumer'],
    registers: [this.registry],
  });
  readonly consumeDelay = new Histogram({
    name: 'bss_event_delay_seconds',
    help: 'From the time of an event to its effect',
    labelNames: ['consumer'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
    registers: [this.registry],
  });
  readonly cache = new Counter({
    name: 'bss_cache_requests_total',
    help: 'Looks into the response cache',
    labelNames: ['result'],
    registers: [this.registry],
  });

  readonly refused = new Counter({
    name: 'bss_kafka_refused_total',
    help: 'Events that Kafka has refused for themselves, which were set aside',
    labelNames: ['topic'],
    registers: [this.registry],
  });

  constructor(outbox: Queryable) {
    collectDefaultMetrics({ register: this.registry });
    // Once for all of them. What the last scrape saw when PostgreSQL is away, since the other metrics are needed most then.
    let asked: Promise<Record<string, number> | undefined> | undefined;
    const ask = () => {
      asked ??= outbox
        .query(OUTBOX, [MOST_COUNTED])
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
        ...{ name: `bss_outbox_${column}`, help, registers: [this.registry] },
        async collect() {
          const seen = await ask();
          if (seen) this.set(seen[column]!);
        },
      });
    fromOutbox(
      'pending',
      `Committed events that Kafka does not have yet. From ${MOST_COUNTED} on they are not counted`,
    );
    fromOutbox('oldest_seconds', 'Age of the oldest of them');
    fromOutbox('refused', 'Events that are set aside, until a person looks at them');
  }
}

const MOST_COUNTED = 100_000;

/** From where the relay begins to look, too: what it has deleted is still in the index while an older snapshot is open. */
const OUTBOX = `
  WITH waiting AS (
    SELECT created_at FROM outbox WHERE seq > (SELECT last_value FROM outbox_position) ORDER BY seq LIMIT $1)
  SELECT count(*)::integer AS pending,
    coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float AS oldest_seconds,
    (SELECT count(*)::integer FROM outbox_refused) AS refused
  FROM waiting`;
