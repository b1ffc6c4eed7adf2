import type { Message, RefusedMessage } from '../events/bus.ts';
import { keep, remove, setAside, type Waiting } from './outbox.ts';
import type { Transaction } from './transaction.ts';

/** What becomes of the messages of one batch. */
export class Sending {
  readonly messages: Message[] = [];
  readonly done: bigint[] = [];
  readonly sent: Message[] = [];
  readonly refused: { readonly seq: string; readonly topic: string; readonly reason: string }[] = [];
  readonly left: Waiting[] = [];
  private readonly copies: { readonly waiting: Waiting; readonly messages: Message[] }[];

  constructor(waiting: readonly Waiting[]) {
    this.copies = waiting.map((one) => {
      const { topics, seq: _seq, ...message } = one;
      return { waiting: one, messages: topics.map((topic) => ({ topic, ...message })) };
    });
    for (const { messages } of this.copies) this.messages.push(...messages);
  }

  /** @param published if not all of them were */
  settle(db: Transaction, refusals: readonly RefusedMessage[], published?: ReadonlySet<Message>): void {
    const reasons = new Map(refusals.map(({ message, reason }) => [message, reason]));
    const gone: Waiting[] = [];
    for (const { waiting, messages } of this.copies) {
      const still: string[] = [];
      for (const message of messages) {
        const { topic } = message;
        const reason = reasons.get(message);
        if (reason !== undefined) {
          setAside(db, waiting, [topic], reason);
          this.refused.push({ seq: waiting.seq, topic, reason });
        } else if (published && !published.has(message)) still.push(topic);
        else this.sent.push(message);
      }
      if (still.length === 0) {
        gone.push(waiting);
        this.done.push(BigInt(waiting.seq));
      } else {
        this.left.push(waiting);
        if (still.length < messages.length) keep(db, waiting, still);
      }
    }
    remove(db, gone);
  }
}
