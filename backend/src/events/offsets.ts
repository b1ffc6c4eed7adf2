import type { Consumer, Message, MessagesStream } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { within } from './within.ts';

type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;
type Place = Pick<Message, 'topic' | 'partition' | 'offset'>;

/** The client does not say it of a message; it is optional. */
const UNKNOWN_EPOCH = -1;

/** In milliseconds. */
export interface Times {
  /** Between two requests, if there is something new. @default 500 */
  readonly interval: number;
  /** Until what Kafka has been told is told again. @default 5000 */
  readonly again: number;
  /** Until a member that Kafka takes no offset of counts as lost: longer than a rebalance may last. @default 45000 */
  readonly unanswered: number;
  /** For the last request. @default 5000 */
  readonly farewell: number;
}

const TIMES: Times = { interval: 500, again: 5000, unanswered: 45_000, farewell: 5000 };

/**
 * How far a member of a group has come in its partitions, and what Kafka has been told of it.
 *
 * Kafka takes an offset from whoever is in the group, also one that is behind: a member that has lost a partition and
 * commits what it had read of it takes the group back, which was seen to last until the next record. So a member tells the
 * offsets of its own partitions only, in one request at a time, and tells them again although nothing has come.
 */
export class Offsets {
  /** What comes next in each partition that is the member's. */
  private readonly next = new Map<string, Place>();
  private changed = false;
  private told = Date.now();
  private unansweredSince: number | undefined;
  private telling: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly consumer: Consumer,
    private readonly log: Logger,
    private readonly times = TIMES,
  ) {}

  /** From now on, as long as the stream is read. */
  follow(stream: Stream): void {
    void this.recall();
    // After each rebalance.
    stream.on('offsets', () => void this.recall());
    this.timer = setInterval(() => this.tellWhenDue(), this.times.interval);
  }

  /** To be called when a message comes. @returns what is to be called when it is done */
  begin({ topic, partition, offset }: Place): () => void {
    const { generationId } = this.consumer;
    return () => {
      if (generationId !== this.consumer.generationId || !this.isOwn({ topic, partition })) return;
      this.set({ topic, partition, offset: offset + 1n });
      this.changed = true;
    };
  }

  /** Whether Kafka has taken nothing for too long: another member, which asks for the group's coordinator anew, may do better. */
  get isUnanswered(): boolean {
    return this.unansweredSince !== undefined && Date.now() - this.unansweredSince > this.times.unanswered;
  }

  /** Tells a last time; what Kafka does not take then comes again. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    try {
      await within(
        this.times.farewell,
        Promise.resolve(this.telling).then(() => this.tell()),
      );
    } catch (error) {
      this.log.warn({ err: error }, 'the last offsets are not committed: these events come again');
    }
  }

  /** What Kafka knows of the member's partitions, for those in which nothing new comes. */
  private async recall(): Promise<void> {
    const { generationId, assignments } = this.consumer;
    this.next.clear();
    if (!assignments?.length) return;
    try {
      const committed = await this.consumer.listCommittedOffsets({ topics: assignments });
      if (generationId !== this.consumer.generationId) return;
      for (const [topic, offsets] of committed) {
        offsets.forEach((offset, partition) => {
          if (offset >= 0n && !this.next.has(`${topic}:${partition}`)) this.set({ topic, partition, offset });
        });
      }
    } catch (error) {
      this.log.warn({ err: error }, 'what was committed is not known: only what comes now will be told');
    }
  }

  private set(place: Place): void {
    this.next.set(`${place.topic}:${place.partition}`, place);
  }

  private isOwn({ topic, partition }: Omit<Place, 'offset'>): boolean {
    return !!this.consumer.assignments?.some((own) => own.topic === topic && own.partitions.includes(partition));
  }

  /** A request that is tried again must not be overtaken: it would take the group back. */
  private tellWhenDue(): void {
    if (this.telling || !(this.changed || Date.now() - this.told > this.times.again)) return;
    this.telling = this.tell().finally(() => {
      this.telling = undefined;
    });
  }

  private async tell(): Promise<void> {
    const own = [...this.next.values()].filter((place) => this.isOwn(place));
    this.changed = false;
    this.unansweredSince ??= Date.now();
    try {
      if (own.length > 0) {
        await this.consumer.commit({ offsets: own.map((place) => ({ ...place, leaderEpoch: UNKNOWN_EPOCH })) });
      }
      this.told = Date.now();
      this.unansweredSince = undefined;
    } catch (error) {
      this.changed = true;
      this.log.warn({ err: error }, 'the offsets are not committed: that is tried again');
    }
  }
}
