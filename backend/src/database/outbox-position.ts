import type { Transaction } from './transaction.ts';

/**
 * Milliseconds after which a number that was taken and is not there never will be: its transaction has ended, since
 * PostgreSQL ends one that waits for its process, or whose statement takes too long, long before.
 */
const SETTLED = 90_000;

/** Where the relay begins to look: at the first number of the outbox behind which something may wait. */
export class OutboxPosition {
  /** What was done behind a gap: transactions commit in another order than they take numbers. */
  private readonly ahead = new Set<bigint>();
  /** All numbers up to `seq` had been taken at `time`. */
  private seen: { readonly seq: bigint; readonly time: number } | undefined;

  constructor(private readonly settled = SETTLED) {}

  /**
   * Moves on behind what was done. What a transaction has taken and not committed yet is a gap, and is waited for.
   * @param done of the messages that were found
   * @param complete whether that was all that there is
   */
  advance(
    db: Transaction,
    { position, newest }: { readonly position: bigint; readonly newest: bigint },
    done: readonly bigint[],
    complete: boolean,
  ): void {
    let next = position;
    for (const seq of done) this.ahead.add(seq);
    const { seen } = this;
    if (complete && seen && seen.seq > next && Date.now() - seen.time > this.settled) next = seen.seq;
    while (this.ahead.has(next + 1n)) next += 1n;
    if (seen && seen.seq <= next) this.seen = undefined;
    for (const seq of this.ahead) if (seq <= next) this.ahead.delete(seq);
    if (newest > next) this.seen ??= { seq: newest, time: Date.now() };
    // Before the commit. If that fails, what is there again has been sent, and a relay that begins anew looks from the first.
    if (next > position) db.write('SELECT move_outbox_position($1)', [`${next}`]);
  }
}
