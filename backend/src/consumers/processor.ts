import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Database, Work } from '../database/database.ts';
import { describeFailure } from '../database/describe-failure.ts';
import { enqueue } from '../database/outbox.ts';
import { schemaCheck } from '../database/schema.ts';
import { causeOf } from '../database/transient.ts';
import type { Received } from '../events/bus.ts';
import { type Event, isEventType, schemasOf } from '../events/catalogue.ts';
import { type CloudEvent, fromMessage } from '../events/cloud-event.ts';
import { dataErrors } from '../events/data-errors.ts';
import type { Metrics } from '../metrics.ts';
import { Seldom } from '../seldom.ts';
import { traced } from '../tracing.ts';
import type { Consumer } from './consumer.ts';
import { deadLetters, type Reason } from './dead-letter.ts';

const ATTEMPTS = 5;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
const LONGEST_BUSY_PAUSE = 60_000;
/** How often a dead letter is tried as it is, before less of it is kept. */
const TRIES_OF_A_LETTER = 2;

type Outcome = 'applied' | 'duplicate' | 'skipped' | 'dead';
/** Of a failure: whether it says nothing about what was tried, little, or that it would fail again. */
type Weight = 'passing' | 'slow' | 'failed';

/** Gives events to a consumer's handlers: each has its effect once, and what cannot have one becomes a dead letter. */
export class Processor {
  private readonly seldom: Seldom;

  constructor(
    private readonly consumer: Consumer,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Logger,
    /** Milliseconds between the first two attempts; each further pause is longer. */
    private readonly firstPause = FIRST_PAUSE,
  ) {
    this.seldom = new Seldom(log);
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
    const outcome = await this.persist(
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

  /**
   * Tries until it works, or until `giveUp` has found another end. Only failures that may be of the event's own making
   * count: a database that is away is waited for, without end, as that says nothing about the event. A connection that
   * ends while the work is being done is counted, too: it may be ended by the work, each time.
   */
  private async persist(
    { problem, ...about }: { problem: string; event?: string },
    closing: AbortSignal,
    work: (begin: () => void) => Promise<Outcome>,
    giveUp: (error: unknown, attempts: number, weight: Weight) => Promise<Outcome | undefined>,
  ): Promise<Outcome> {
    for (let [attempts, waits] = [0, 0]; ; ) {
      let begun = false;
      try {
        return await work(() => {
          begun = true;
        });
      } catch (error) {
        const weight = await this.weigh(error, begun);
        if (weight === 'passing') waits += 1;
        else attempts += 1;
        this.tell(error, problem, { ...about, attempts });
        const end = weight === 'passing' ? undefined : await giveUp(error, attempts, weight);
        if (end) return end;
        this.metrics.retries.inc({ consumer: this.consumer.name });
        await sleep(this.pause(weight, weight === 'passing' ? waits : attempts), undefined, { signal: closing });
      }
    }
  }

  /** Of a database that cannot be asked one short line is enough: the stack would be the driver's, each time. */
  private tell(error: unknown, problem: string, about: object): void {
    const { name: consumer } = this.consumer;
    if (causeOf(error) === 'refused') this.log.warn({ err: error, consumer, ...about }, problem);
    else this.seldom.warn(describeFailure(error, this.database.pool.options), `${consumer}: ${problem}`);
  }

  private async weigh(error: unknown, begun: boolean): Promise<Weight> {
    const cause = causeOf(error);
    if (cause === 'unready') return (await this.migrated()) ? 'failed' : 'passing';
    if (cause === 'lost') return begun ? 'slow' : 'passing';
    return ({ away: 'passing', busy: 'slow', refused: 'failed' } as const)[cause];
  }

  /** Whether a table or a right that is missing will not come any more. */
  private async migrated(): Promise<boolean> {
    try {
      await (await schemaCheck(this.database.pool))();
      return true;
    } catch {
      return false;
    }
  }

  /** Twice as long each time; where others may be in the way they are given more than a minute in all. */
  private pause(weight: Weight, nth: number): number {
    return weight === 'slow'
      ? Math.min(this.firstPause * 6 ** nth, LONGEST_BUSY_PAUSE)
      : Math.min(this.firstPause * 2 ** (nth - 1), LONGEST_PAUSE);
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
    return this.persist(
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
