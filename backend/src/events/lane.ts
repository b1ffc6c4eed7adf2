import { setTimeout as sleep } from 'node:timers/promises';
import type { Seldom } from '../seldom.ts';
import type { Handle, Received } from './bus.ts';
import { plain } from './errors.ts';
import type { Place } from './place.ts';

/** From these on nothing more is fetched for a partition, so that one that stands still fills no memory. */
const MOST = 128;
const MOST_BYTES = 256 * 1024;

const PAUSE_AFTER_FAILURE = 1000;

const sizeOf = ({ key, value, headers }: Received) =>
  Object.values(headers).reduce((size, content) => size + content.length, (key?.length ?? 0) + (value?.length ?? 0));

/** What was fetched of one partition, and is handled one after the other; partitions do not wait for each other. */
export class Lane implements Place {
  readonly topic: string;
  readonly partition: number;
  /** Of the topic, when the partition was assigned. */
  id = '';
  /** Where the next fetch begins, as soon as that is known. */
  next: bigint | undefined;
  /** Where the partition ended when it was last asked for. */
  end: bigint | undefined;
  /** What the group knows of it. */
  committed: bigint | undefined;
  /** Something is the matter with it: until then it is not fetched. */
  notBefore = 0;
  /** Its batches are fetched alone, to find one that cannot be read. */
  suspect = false;
  /** Another one after each time that the partition was not the member's, or may not have been. */
  life = 0;
  isOwned = false;

  private queue: Received[] = [];
  private bytes = 0;
  private work: Promise<void> | undefined;

  constructor(
    { topic, partition }: Place,
    private readonly handle: Handle,
    private readonly closing: AbortSignal,
    private readonly seldom: Seldom,
    /** There is room again. */
    private readonly wake: () => void,
  ) {
    this.topic = topic;
    this.partition = partition;
  }

  /** The member's from now on; where it begins is not known yet. */
  own(id: string): void {
    this.lose();
    this.isOwned = true;
    this.id = id;
  }

  /** What is being handled goes on, and does not count as read. */
  lose(): void {
    this.life += 1;
    this.isOwned = this.suspect = false;
    this.next = this.end = this.committed = undefined;
    this.notBefore = this.bytes = 0;
    this.queue = [];
  }

  get hasRoom(): boolean {
    return this.queue.length < MOST && this.bytes < MOST_BYTES;
  }

  get isIdle(): boolean {
    return this.work === undefined;
  }

  /** Up to where everything is done. */
  get position(): bigint | undefined {
    return this.next === undefined ? undefined : (this.queue[0]?.offset ?? this.next);
  }

  /** Messages that are not done, as far as is known. */
  get lag(): number | undefined {
    const { position, end } = this;
    return position === undefined || end === undefined ? undefined : Math.max(0, Number(end - position));
  }

  take(messages: readonly Received[], next: bigint): void {
    this.next = next;
    this.queue.push(...messages);
    for (const message of messages) this.bytes += sizeOf(message);
    this.begin();
  }

  /** Resolves when nothing of it is being handled. */
  async done(): Promise<void> {
    await this.work;
  }

  private begin(): void {
    if (this.work || this.queue.length === 0 || this.closing.aborted) return;
    this.work = this.handleAll().finally(() => {
      this.work = undefined;
      this.begin();
    });
  }

  private async handleAll(): Promise<void> {
    for (let message = this.queue[0]; message && !this.closing.aborted; message = this.queue[0]) {
      const { life } = this;
      try {
        await this.handle(message, this.closing);
      } catch (error) {
        if (this.closing.aborted) return;
        this.seldom.warn(plain(error), 'a message was not finished, and comes again');
        await sleep(PAUSE_AFTER_FAILURE, undefined, { signal: this.closing }).catch(() => {});
        continue;
      }
      // Whoever has the partition now has the message too, and whatever stands in the queue is of another life.
      if (life !== this.life) continue;
      const wasFull = !this.hasRoom;
      this.queue.shift();
      this.bytes -= sizeOf(message);
      if (wasFull && this.hasRoom) this.wake();
    }
  }
}
