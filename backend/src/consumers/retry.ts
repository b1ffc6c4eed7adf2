import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { describeFailure } from '../database/describe-failure.ts';
import { schemaCheck } from '../database/schema.ts';
import { causeOf } from '../database/transient.ts';
import type { Metrics } from '../metrics.ts';
import { Seldom } from '../seldom.ts';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;
const LONGEST_BUSY_PAUSE = 60_000;

/** Of a failure: whether it says nothing about what was tried, little, or that it would fail again. */
type Weight = 'passing' | 'slow' | 'failed';

/** Tries what one consumer does with the database, again and again: both an event's effect and its dead letter. */
export class Retry {
  private readonly seldom: Seldom;

  constructor(
    /** Its name. */
    private readonly consumer: string,
    private readonly database: Database,
    private readonly metrics: Metrics,
    private readonly log: Logger,
    /** Milliseconds between the first two attempts; each further pause is longer. */
    private readonly firstPause = FIRST_PAUSE,
  ) {
    this.seldom = new Seldom(log);
    metrics.retries.inc({ consumer }, 0);
  }

  /**
   * Tries until it works, or until `giveUp` has found another end. Only failures that may be of the event's own making
   * count: a database that is away is waited for, without end, as that says nothing about the event. A connection that
   * ends while the work is being done is counted, too: it may be ended by the work, each time.
   */
  async until<T>(
    { problem, ...about }: { problem: string; event?: string },
    closing: AbortSignal,
    work: (begin: () => void) => Promise<T>,
    giveUp: (error: unknown, attempts: number, weight: Weight) => Promise<T | undefined>,
  ): Promise<T> {
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
        this.metrics.retries.inc({ consumer: this.consumer });
        await sleep(this.pause(weight, weight === 'passing' ? waits : attempts), undefined, { signal: closing });
      }
    }
  }

  /** Of a database that cannot be asked one short line is enough: the stack would be the driver's, each time. */
  private tell(error: unknown, problem: string, about: object): void {
    const { consumer } = this;
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
}
