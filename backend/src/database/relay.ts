import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EventBus } from '../events/bus.ts';
import type { Metrics } from '../metrics.ts';
import { oldest, remove } from './outbox.ts';
import { transaction } from './transaction.ts';

const BATCH = 500;
/** From one look to the next at least, unless more than a batch waits: one transaction and one request then serve many changes. */
const GATHER = 20;
/** How soon a message is found whose process died before it could wake the relay. */
const POLL = 250;
const PAUSE_AFTER_FAILURE = 1000;
/** Any number, the same in all processes. */
const LOCK = 0x6273_7301;

type Outcome = 'more' | 'empty' | 'another relay is sending';

/**
 * Sends what waits in the outbox, in its order. Of all processes one sends at a time, which a lock of the transaction
 * sees to: it also works through PgBouncer, and a process that dies leaves no lock behind. Who dies between Kafka's
 * acknowledgement and the commit sends once more; the consumers' inboxes make that invisible.
 */
export class Relay {
  private running: Promise<void> | undefined;
  private stopped = new AbortController();
  private nap = new AbortController();

  constructor(
    private readonly pool: Pool,
    private readonly bus: EventBus,
    private readonly metrics: Metrics,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Something was committed. */
  wake(): void {
    this.nap.abort();
  }

  /** Sends what waits, if that can be done at once, and ends. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.nap.abort();
    await this.running;
    await this.sendBatch().catch(() => {});
  }

  private async run(): Promise<void> {
    const pauses = { more: 0, empty: POLL, 'another relay is sending': GATHER };
    while (!this.stopped.signal.aborted) {
      // Before the look, so that a wake that comes during it is not lost.
      this.nap = new AbortController();
      try {
        const next = performance.now() + GATHER;
        const pause = pauses[await this.sendBatch()];
        if (pause > 0) {
          await sleep(pause, undefined, { signal: this.nap.signal }).catch(() => {});
          const early = Math.max(0, next - performance.now());
          await sleep(early, undefined, { signal: this.stopped.signal }).catch(() => {});
        }
      } catch (error) {
        this.log.warn({ err: error }, 'the outbox is not sent; it stays and is tried again');
        await sleep(PAUSE_AFTER_FAILURE, undefined, { signal: this.stopped.signal }).catch(() => {});
      }
    }
  }

  private sendBatch(): Promise<Outcome> {
    return transaction(this.pool, 15_000, async (db) => {
      const { rows } = await db.query('SELECT pg_try_advisory_xact_lock($1) AS mine', [LOCK]);
      if (!rows[0].mine) return 'another relay is sending';
      const messages = await oldest(db, BATCH);
      if (messages.length === 0) return 'empty';
      await this.bus.publish(
        messages.flatMap(({ topics, ...message }) => topics.map((topic) => ({ topic, ...message }))),
      );
      await remove(db, messages);
      for (const { topics } of messages) this.metrics.published.inc({ topic: topics[0]! });
      return messages.length === BATCH ? 'more' : 'empty';
    });
  }
}
