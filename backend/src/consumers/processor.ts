import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Database, Event } from '../database/database.ts';
import { enqueue } from '../database/outbox.ts';
import { isTransient } from '../database/transient.ts';
import type { Received } from '../events/bus.ts';
import { isEventType, schemasOf } from '../events/catalogue.ts';
import { type CloudEvent, fromMessage } from '../events/cloud-event.ts';
import { dataErrors } from '../events/schemas.ts';
import type { Metrics } from '../metrics.ts';
import { traced } from '../tracing.ts';
import type { Consumer } from './consumer.ts';
import { deadLetter, type Reason } from './dead-letter.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

type Outcome = 'applied' | 'duplicate' | 'skipped' | 'dead';

/** Gives events to a consumer's handlers: each has its effect once, and what cannot have one becomes a dead letter. */
export class Processor {
  constructor(
    private readonly consumer: Consumer,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Logger,
    /** Milliseconds between the first two attempts; each further pause is twice as long, up to ten seconds. */
    private readonly firstPause = FIRST_PAUSE,
  ) {}

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
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await traced(
          {
            ...{ name: `${name} ${event.type}`, kind: SpanKind.CONSUMER, traceparent: event.traceparent },
            attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': message.topic },
          },
          () => this.once(event),
        );
        if (outcome === 'applied') {
          this.metrics.consumeDelay.observe(
            { consumer: name },
            Math.max(0, Date.now() - Date.parse(event.time)) / 1000,
          );
        }
        return outcome;
      } catch (error) {
        const transient = isTransient(error);
        this.log.warn({ err: error, consumer: name, event: event.id, attempt }, 'an event had no effect yet');
        // A database that is away says nothing about the event: that is waited for, without end.
        if (!transient && attempt >= ATTEMPTS) {
          return this.bury(message, 'handler-failed', (error as Error).message, attempt, closing);
        }
        this.metrics.retries.inc({ consumer: name });
        await sleep(this.pause(attempt), undefined, { signal: closing });
      }
    }
  }

  private pause(attempt: number): number {
    return Math.min(this.firstPause * 2 ** (attempt - 1), LONGEST_PAUSE);
  }

  private once(event: Event): Promise<Outcome> {
    return this.database.change(event.actor, async (work) => {
      const { rowCount } = await work.db.query(
        'INSERT INTO inbox (consumer, source, event_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [this.consumer.name, event.source, event.id],
      );
      if (rowCount === 0) return 'duplicate';
      const handle = this.consumer.handlers[event.type] as (work: unknown, event: Event) => Promise<void>;
      await handle(work, event);
      return 'applied';
    });
  }

  /** By way of the outbox, and once: the same message that comes again is not another dead letter. */
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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.database.change(name, async ({ db }) => {
          const { rowCount } = await db.query(
            'INSERT INTO inbox (consumer, source, event_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
            [name, `dead-letter:${topic}`, `${partition}/${offset}`],
          );
          if (rowCount === 0) return 'duplicate';
          enqueue(db, deadLetter(message, { consumer: name, reason, detail, attempts }));
          return 'dead';
        });
      } catch (error) {
        this.log.warn({ err: error, consumer: name }, 'a dead letter could not be stored yet');
        await sleep(this.pause(attempt), undefined, { signal: closing });
      }
    }
  }
}
