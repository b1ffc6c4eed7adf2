import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Message as KafkaMessage, MessagesStream } from '@platformatic/kafka';
import type { Logger } from 'pino';
import type { Handle, Received, Subscription } from './bus.ts';
import { Offsets, type Times } from './offsets.ts';
import { within } from './within.ts';

const PAUSE_AFTER_FAILURE = 1000;
const FAREWELL = 10_000;
/** A fetch comes back after a second at the latest, with records or without. */
const SILENCE = 30_000;

/** One member of a consumer group, which joins again whatever happens, until it is closed. */
export class Membership implements Subscription {
  /** For each partition, what is being done for it; partitions do not wait for each other. */
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly closing = new AbortController();
  /** A message waits for the one before it: nothing needs to be fetched. */
  private busy = false;
  private stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> | undefined;
  private readonly running: Promise<void>;

  constructor(
    private readonly join: () => Consumer,
    private readonly topics: readonly string[],
    private readonly handle: Handle,
    private readonly log: Logger,
    private readonly silence = SILENCE,
    private readonly times?: Times,
  ) {
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.closing.abort();
    void this.stream?.close();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted) {
      const consumer = this.join();
      // It is in no group any more, and would end the process if nobody listened.
      consumer.on('error', (error: Error) => this.stream?.destroy(error));
      const offsets = new Offsets(consumer, this.log, this.times);
      try {
        await this.consume(consumer, offsets);
      } catch (error) {
        this.log.warn({ err: error }, 'reading stops, and begins again');
        await sleep(PAUSE_AFTER_FAILURE, undefined, { signal: this.closing.signal }).catch(() => {});
      } finally {
        await Promise.allSettled(this.lanes.values());
        this.lanes.clear();
        await offsets.end();
        await this.leave(consumer);
      }
    }
  }

  private async leave(consumer: Consumer): Promise<void> {
    try {
      await within(FAREWELL, Promise.resolve(consumer.close(true)));
    } catch (error) {
      this.log.warn({ err: error }, 'the group is not told; it will notice');
    }
  }

  private async consume(consumer: Consumer, offsets: Offsets): Promise<void> {
    const stream = await consumer.consume({ topics: [...this.topics], mode: 'committed', fallbackMode: 'earliest' });
    this.stream = stream;
    if (this.closing.signal.aborted) return void (await stream.close());
    offsets.follow(stream);
    const watch = this.watch(consumer, offsets, stream);
    try {
      for await (const message of stream) {
        if (this.closing.signal.aborted) break;
        this.busy = true;
        await this.enqueue(message, offsets);
        this.busy = false;
      }
    } finally {
      this.busy = false;
      clearInterval(watch);
    }
  }

  /**
   * Ends a stream that has stopped to fetch, or whose offsets Kafka does not take. Both were seen after a rebalance: the
   * member went on with its heartbeats, and its partition stood still for good; or it asked a broker that was not the
   * group's coordinator any more, for as long as it lived.
   */
  private watch(
    consumer: Consumer,
    offsets: Offsets,
    stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>,
  ): NodeJS.Timeout {
    let heard = Date.now();
    const hear = () => {
      heard = Date.now();
    };
    stream.on('fetch', hear);
    return setInterval(() => {
      const reads = !this.busy && consumer.assignments?.some(({ partitions }) => partitions.length > 0);
      if (offsets.isUnanswered) stream.destroy(new Error('Kafka takes no offset of this member'));
      else if (!reads) hear();
      else if (Date.now() - heard > this.silence)
        stream.destroy(new Error(`no fetch has come back for ${this.silence / 1000} s`));
    }, this.silence / 10);
  }

  /** Resolves at once when the partition is idle, and otherwise when it has done what it was at. */
  private async enqueue(message: KafkaMessage, offsets: Offsets): Promise<void> {
    const lane = `${message.topic}:${message.partition}`;
    // Throws if the one before was not finished: what comes after it must not count as read.
    await this.lanes.get(lane);
    const work = this.handle(received(message), this.closing.signal).then(offsets.begin(message));
    work.catch((error) => this.log.info({ err: error }, 'a message was not finished, and comes again'));
    this.lanes.set(lane, work);
  }
}

export const received = ({ topic, partition, offset, key, value, headers }: KafkaMessage): Received => ({
  ...{ topic, partition, offset, key: key ?? null, value: value ?? null },
  headers: Object.fromEntries(
    [...headers].map(([name, content]) => [name.toString('utf8').toLowerCase(), content ?? Buffer.alloc(0)]),
  ),
});
