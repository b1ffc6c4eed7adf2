import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Database, Work } from '../database/database.ts';
import { enqueue } from '../database/outbox.ts';
import type { Received } from '../events/bus.ts';
import { type Event, isEventType, schemasOf } from '../events/catalogue.ts';
import { type CloudEvent, fromMessage } from '../events/cloud-event.ts';
import { dataErrors } from '../events/data-errors.ts';
import type { Metrics } from '../metrics.ts';
import { traced } from '../tracing.ts';
import type { Consumer } from './consumer.ts';
import { deadLetters, type Reason } from './dead-letter.ts';
import { Retry } from './retry.ts';

const ATTEMPTS = 5;
/** How often a dead letter is tried as it is, before less of it is kept. */
const TRIES_OF_A_LETTER = 2;

const OUTCOMES = ['applied', 'duplicate', 'skipped', 'dead'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Gives events to a consumer's handlers: each has its effect once, and what cannot have one becomes a dead letter. */
export class Processor {
  private readonly retry: Retry;

  constructor(
    private readonly consumer: Consumer,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Logger,
    /** Milliseconds between the first two attempts, as of `Retry`. */
    firstPause?: number,
  ) {
    this.retry = new Retry(consumer.name, database, metrics, log, firstPause);
    // From 0 on: the first dead letter would be no growth otherwise, and no alert.
    for (const outcome of OUTCOMES) metrics.consumed.inc({ consumer: consumer.name, outcome }, 0);
  }

  /** @throws only when `closing` is aborted before the message is done with */
  async process(message: Received, closing: AbortSignal): Promise<Outcome> {
    const outcome = await this.outcome(message, closing);
    this.metrics.consumed.inc({ consumer: this.consumer.name, outcome });
    return outcome;
  }

  private async outcome(message: Received, closing: AbortSignal): Promise<Outcome> {
    let event: CloudEvent;
    try {
      event = fromMessage(message);
    } catch (error) {
      return this.bury(message, 'not-a-cloud-event', (error as Error).message, 1, closing);
    }
    // A type with a version in its name is a newer edition of one that we know.
    const type = event.type.replace(/\.v\d+$/, '');
    // Also of types that a newer backend has added: they are none of this one's business.
    if (!isEventType(type) || !this.consumer.handlers[type]) return 'skipped';
    const known = schemasOf(type).map(({ dataschema }) => dataschema);
    if (type !== event.type || !known.includes(event.dataschema)) {
      const detail = `${event.type} with ${event.dataschema}, and this consumer knows ${known.join(' and ')}`;
      return this.bury(message, 'unknown-version', detail, 1, closing);
    }
    const errors = dataErrors(type, event.data);
    if (errors) return this.bury(message, 'invalid-data', errors, 1, closing);
    return this.apply(message, { ...event, type }, closing);
  }

  private async apply(message: Received, event: Event, closing: AbortSignal): Promise<Outcome> {
    const { name } = this.consumer;
    const doing = {
      ...{ name: `${name} ${event.type}`, kind: SpanKind.CONSUMER, traceparent: event.traceparent },
      attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': message.topic },
    };
    const outcome = await this.retry.until<Outcome>(
      { event: event.id, problem: 'an event had no effect yet' },
      closing,
      (begin) => traced(doing, () => this.once(event, begin)),
      async (error, attempts) =>
        attempts < ATTEMPTS
          ? undefined
          : this.bury(message, 'handler-failed', (error as Error).message, attempts, closing),
    );
    // Whatever is done from here on is done after the commit.
    // An event without a time came from nobody knows when: 1970 would spoil the sum.
    const since = Date.parse(event.time);
    if (outcome === 'applied' && since > 0) {
      this.metrics.consumeDelay.observe({ consumer: name }, Math.max(0, Date.now() - since) / 1000);
    }
    return outcome;
  }

  private once(event: Event, begin: () => void): Promise<Outcome> {
    return this.database.change(event.actor, async (work) => {
      const isFirst = await this.isFirst(work, event.source, event.id);
      // Only now: BEGIN goes out with the first statement, and a connection that was broken before shows there.
      begin();
      if (!isFirst) return 'duplicate';
      const handle = this.consumer.handlers[event.type] as (work: unknown, event: Event) => Promise<void>;
      await handle(work, event);
      return 'applied';
    });
  }

  /** Notes that this consumer is done with something. @returns whether it was not done with it before */
  private async isFirst({ db }: Work, source: string, id: string): Promise<boolean> {
    const { rowCount } = await db.query(
      'INSERT INTO inbox (consumer, source, event_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [this.consumer.name, source, id],
    );
    return rowCount === 1;
  }

  /**
   * By way of the outbox, and once: the same message that comes again is as dead as before, and not another letter. A
   * letter that is refused is stored without its value, or at last without anything of the message but its place.
   */
  private async bury(
    message: Received,
    reason: Reason,
    detail: string,
    attempts: number,
    closing: AbortSignal,
  ): Promise<Outcome> {
    const { name } = this.consumer;
    const { topic, partition, offset } = message;
    this.log.error({ consumer: name, topic, partition, offset: `${offset}`, reason, detail }, 'a dead letter');
    const letters = deadLetters(message, { consumer: name, reason, detail, attempts });
    let refusals = 0;
    return this.retry.until<Outcome>(
      { problem: 'a dead letter could not be stored yet' },
      closing,
      (begin) =>
        this.database.change<Outcome>(name, async (work) => {
          const isFirst = await this.isFirst(work, `dead-letter:${topic}`, `${partition}/${offset}`);
          begin();
          if (isFirst) enqueue(work.db, letters[Math.floor(refusals / TRIES_OF_A_LETTER)] ?? letters.at(-1)!);
          return 'dead';
        }),
      async (_error, _attempts, weight) => {
        // Another's lock, or a connection that ended, is not the letter's: nothing of it may be lost for that.
        if (weight === 'failed') refusals += 1;
        return undefined;
      },
    );
  }
}
