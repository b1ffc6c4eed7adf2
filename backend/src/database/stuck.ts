import type { Message } from '../events/bus.ts';

/** Milliseconds until it is seen whether what is stuck can be sent. */
const RETRY = 2000;
/** Of keys that are told to PostgreSQL with each look. */
const MOST = 10_000;

/** What a look leaves out, by keys; messages without a key are all of one partition. */
export interface Without {
  readonly keys: readonly Buffer[];
  readonly hasNull: boolean;
}

export const NOTHING: Without = { keys: [], hasNull: false };

/** What partitions without a leader have left over. It waits, as does all that has the same keys, and nothing else. */
export class Stuck {
  private readonly keys = new Map<string, Buffer>();
  private hasNull = false;
  private retryAt = 0;

  /** What the next look leaves out: now and then nothing. */
  get without(): Without {
    return this.isDue ? NOTHING : { keys: [...this.keys.values()], hasNull: this.hasNull };
  }

  private get isDue(): boolean {
    return Date.now() >= this.retryAt;
  }

  /**
   * Takes note of what became of a look. @param wentOut whether something of it was sent
   * @returns whether something is stuck that was not before, so that there may be more behind it
   */
  note(without: Without, left: readonly Pick<Message, 'key'>[], wentOut: boolean): boolean {
    if (without === NOTHING) {
      if (wentOut) this.clear();
      this.retryAt = Date.now() + RETRY;
    }
    const before = this.keys.size;
    for (const { key } of left) {
      if (!key) this.hasNull = true;
      else if (this.keys.size < MOST) this.keys.set(key.toString('latin1'), key);
    }
    return this.keys.size > before;
  }

  private clear(): void {
    this.keys.clear();
    this.hasNull = false;
  }
}
