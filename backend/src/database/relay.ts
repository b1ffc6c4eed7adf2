import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { type EventBus, NotPublished } from '../events/bus.ts';
import { TOPICS } from '../events/catalogue.ts';
import type { Metrics } from '../metrics.ts';
import { Seldom } from '../seldom.ts';
import { describeFailure } from './describe-failure.ts';
import { oldest } from './outbox.ts';
import { LOOK, type Look, OutboxPosition } from './outbox-position.ts';
import { Sending } from './sending.ts';
import { NOTHING, Stuck } from './stuck.ts';
import { transaction } from './transaction.ts';

const BATCH = 500;
/** From one look to the next at least, unless more than a batch waits: one transaction and one request then serve many changes. */
const GATHER = 18;
/** How soon a message is found whose process died before it could wake the relay. */
const POLL = 250;
const PAUSE_AFTER_FAILURE = 1000;
/** While another relay is at it for long, as when Kafka is away, each asks seldom. */
const LONGEST_WAIT = 1000;
const DEADLINE = 15_000;
const SWEEP_AGAIN = 600_000;
/** Any number, the same in all processes. */
const LOCK = 0x6273_7301;

const NOT_SENT = 'not all of the outbox is sent; the rest stays and is tried again';

type Outcome = 'more' | 'empty' | 'another relay is sending';

/**
 * Sends what waits in the outbox, in its order. Of all processes one sends at a time, which a lock of the transaction
 * sees to: it also works through PgBouncer, and a process that dies leaves no lock behind. Who dies between Kafka's
 * acknowledgement and the commit sends once more; the consumers' inboxes make that invisible.
 */
export class Relay {
  private running: Promise<void> | undefined;
  private readonly stopped = new AbortController();
  private awake = false;
  private nap: (() => void) | undefined;
  private readonly position = new OutboxPosition();
  private readonly seldom: Seldom;
  /**
   * Up to where it was looked before the position, from the first message on: some may wait there that were sent, as whoever
   * deleted them may not have come to the commit. Undefined when all were looked at.
   */
  private swept: bigint | undefined = 0n;
  /** Not before that time. */
  private sweepAt = Number.POSITIVE_INFINITY;
  private readonly stuck = new Stuck();

  constructor(
    private readonly pool: Pool,
    private readonly bus: EventBus,
    private readonly metrics: Metrics,
    private readonly log: Logger,
  ) {
    this.seldom = new Seldom(log);
    // From 0 on: the first event that is refused would be no growth otherwise.
    for (const topic of TOPICS) {
      metrics.published.inc({ topic }, 0);
      metrics.refused.inc({ topic }, 0);
    }
  }

  start(): void {
    this.running = this.run();
  }

  /** Something was committed. */
  wake(): void {
    this.awake = true;
    this.nap?.();
  }

  /** Sends what waits, if that can be done at once, and ends. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.nap?.();
    await this.running;
    await this.sendBatch().catch(() => {});
  }

  private async run(): Promise<void> {
    let wait = GATHER;
    while (!this.stopped.signal.aborted) {
      // Before the look, so that a wake that comes during it is not lost.
      this.awake = false;
      const next = performance.now() + GATHER;
      try {
        const outcome = await this.sendBatch();
        if (outcome === 'another relay is sending') {
          await this.pause(wait);
          wait = Math.min(2 * wait, LONGEST_WAIT);
          continue;
        }
        wait = GATHER;
        if (outcome === 'more') continue;
        await this.sleepUnlessWoken(POLL);
        await this.pause(next - performance.now());
      } catch (error) {
        const why = error instanceof NotPublished ? error.message : describeFailure(error, this.pool.options);
        this.seldom.warn(why, NOT_SENT);
        await this.pause(PAUSE_AFTER_FAILURE);
      }
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: this.stopped.signal }).catch(() => {});
  }

  private async sleepUnlessWoken(milliseconds: number): Promise<void> {
    if (this.awake || this.stopped.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.nap = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.nap = undefined;
  }

  private async sendBatch(): Promise<Outcome> {
    if (Date.now() > this.sweepAt) [this.swept, this.sweepAt] = [0n, Number.POSITIVE_INFINITY];
    let problem: NotPublished | undefined;
    let batch = new Sending([]);
    let swept = this.swept;
    let isSending = false;
    const { without } = this.stuck;
    const outcome = await transaction(this.pool, DEADLINE, async (db): Promise<Outcome> => {
      const { rows } = await db.query(`SELECT pg_try_advisory_xact_lock($1) AS mine, ${LOOK}`, [LOCK]);
      const { mine, ...numbers } = rows[0];
      if (!mine) return 'another relay is sending';
      const look = Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, BigInt(`${number}`)]));
      const { position } = look as unknown as Look;
      const isSweep = swept !== undefined && swept < position;
      const { messages, isAll } = await oldest(db, BATCH, isSweep ? swept : position, without);
      batch = new Sending(messages);
      if (messages.length > 0) {
        isSending = true;
        const refusals = await this.bus.publish(batch.messages).catch((error) => {
          if (!(error instanceof NotPublished)) throw error;
          problem = error;
          return error.refusals;
        });
        batch.settle(db, refusals, problem?.published);
      }
      const isComplete = isAll && batch.left.length === 0 && without === NOTHING;
      this.position.advance(db, look as unknown as Look, batch.done, isComplete);
      swept = isSweep && !isAll ? BigInt(messages.at(-1)!.seq) : undefined;
      return isAll ? 'empty' : 'more';
    }).catch((error) => {
      // Whoever has sent and not deleted sends again. A sweep that takes too long, as under a snapshot of hours, has to wait.
      if (isSending) this.swept = 0n;
      else if (this.swept !== undefined) [this.swept, this.sweepAt] = [undefined, Date.now() + SWEEP_AGAIN];
      throw error;
    });
    if (outcome === 'another relay is sending') return outcome;
    // Only now is it sure what has become of them.
    this.tell(batch);
    this.swept = swept;
    const isNew = this.stuck.note(without, batch.left, batch.sent.length > 0);
    // Where something was sent, or is found to be stuck, there may be something behind it that can be sent.
    if (problem && batch.sent.length === 0 && !isNew) throw problem;
    if (problem) this.seldom.warn(problem.message, NOT_SENT);
    return problem ? 'more' : outcome;
  }

  private tell({ sent, refused }: Sending): void {
    for (const { topic } of sent) this.metrics.published.inc({ topic });
    for (const { seq, topic, reason } of refused) {
      this.metrics.refused.inc({ topic });
      this.log.error({ seq, topic, reason }, 'Kafka refuses an event; it is set aside in outbox_refused');
    }
  }
}
