import type { Transaction } from './transaction.ts';

/** Milliseconds between taking a number and having a transaction's id, which happens in one statement. */
const SETTLED = 10_000;

/** What a look at the outbox begins with. */
export interface Look {
  /** Nothing waits up to here. */
  readonly position: bigint;
  /** The last number that was taken. */
  readonly newest: bigint;
  /** Ids of transactions: all before this one have ended. */
  readonly ended: bigint;
  /** The id that the next transaction gets. */
  readonly next: bigint;
}

export const LOOK = `
  (SELECT last_value FROM outbox_position) AS position, coalesce(pg_sequence_last_value('outbox_seq_seq'), 0) AS newest,
  pg_snapshot_xmin(pg_current_snapshot()) AS ended, pg_snapshot_xmax(pg_current_snapshot()) AS next`;

/** Where the relay begins to look: at the first number of the outbox behind which something may wait. */
export class OutboxPosition {
  /** What was done behind a gap, from and to: transactions commit in another order than they take numbers. */
  private readonly ahead: [bigint, bigint][] = [];
  /** All numbers up to `seq` had been taken by transactions before `next`, at `time`. */
  private seen: { readonly seq: bigint; readonly next: bigint; readonly time: number } | undefined;

  constructor(private readonly settled = SETTLED) {}

  /**
   * Moves on behind what was done. A number that is not there belongs to a transaction that has not committed yet, and is
   * waited for until all transactions of that time have ended: then it never will be. A dump has no id, and keeps nobody.
   * @param done of the messages that were found
   * @param complete whether that was all that there is
   */
  advance(db: Transaction, { position, newest, ended, next }: Look, done: readonly bigint[], complete: boolean): void {
    for (const seq of done) this.add(seq);
    const { seen } = this;
    const isOver = seen && ended >= seen.next && Date.now() - seen.time > this.settled;
    let to = complete && isOver && seen.seq > position ? seen.seq : position;
    for (let range = this.ahead[0]; range && range[0] <= to + 1n; range = this.ahead[0]) {
      if (range[1] > to) to = range[1];
      this.ahead.shift();
    }
    if (seen && seen.seq <= to) this.seen = undefined;
    if (newest > to) this.seen ??= { seq: newest, next, time: Date.now() };
    // Before the commit. If that fails, what is there again has been sent, and is found by a sweep.
    if (to > position) db.write('SELECT move_outbox_position($1)', [`${to}`]);
  }

  private add(seq: bigint): void {
    const { ahead } = this;
    let index = ahead.length;
    while (index > 0 && ahead[index - 1]![0] > seq) index -= 1;
    const [before, after] = [ahead[index - 1], ahead[index]];
    if (before && before[1] >= seq) return;
    const [joinsBefore, joinsAfter] = [before?.[1] === seq - 1n, after?.[0] === seq + 1n];
    if (joinsBefore && joinsAfter) {
      before![1] = after![1];
      ahead.splice(index, 1);
    } else if (joinsBefore) before![1] = seq;
    else if (joinsAfter) after![0] = seq;
    else ahead.splice(index, 0, [seq, seq]);
  }
}
