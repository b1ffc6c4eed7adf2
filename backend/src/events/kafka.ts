import { setTimeout as sleep } from 'node:timers/promises';
import {
  Admin,
  Consumer,
  compatibilityPartitioner,
  type Message as KafkaMessage,
  type MessagesStream,
  Producer,
} from '@platformatic/kafka';
import type { Logger } from 'pino';
import type { EventBus, Handle, Message, Received, Subscription } from './bus.ts';

const PUBLISH_DEADLINE = 10_000;
const CHECK_DEADLINE = 1000;
const PAUSE_AFTER_FAILURE = 1000;

/** Kafka, with a client that needs no native code. */
export class Kafka implements EventBus {
  private producer: Producer | undefined;
  private readonly admin: Admin;
  private readonly connection;

  constructor(
    bootstrap: readonly string[],
    private readonly log: Logger,
  ) {
    this.connection = { clientId: 'bss-backend', bootstrapBrokers: [...bootstrap] };
    this.admin = new Admin({ ...this.connection, retries: 0, timeout: CHECK_DEADLINE, connectTimeout: CHECK_DEADLINE });
  }

  async publish(messages: readonly Message[]): Promise<void> {
    this.producer ??= new Producer({
      ...this.connection,
      idempotent: true,
      acks: -1,
      // The key's partition is the one that Java's clients choose, so that both may write one topic.
      partitioner: compatibilityPartitioner,
    });
    const producer = this.producer;
    try {
      await within(PUBLISH_DEADLINE, producer.send({ messages: messages.map(sendable) }));
    } catch (error) {
      // Which of the sequence numbers the brokers have seen is not known any more: an idempotent producer that goes on
      // from there could have the next records taken for repetitions. A new one starts with new numbers.
      this.producer = undefined;
      producer.close().catch(() => {});
      throw error;
    }
  }

  subscribe(group: string, topics: readonly string[], handle: Handle): Subscription {
    const membership = new Membership(
      () => new Consumer({ ...this.connection, ...GROUP, groupId: group }),
      topics,
      handle,
      this.log.child({ group }),
    );
    return membership;
  }

  async read(
    { topic, partition }: { topic: string; partition: number },
    { first, last }: { first: bigint; last: bigint },
    handle: (message: Received) => Promise<void>,
  ): Promise<void> {
    const consumer = new Consumer({ ...this.connection, ...GROUP, groupId: `bss-replay-${process.pid}-${Date.now()}` });
    try {
      const ends = await consumer.listOffsets({ topics: [topic], timestamp: -1n });
      const end = ends.get(topic)?.[partition] ?? 0n;
      if (first >= end) return;
      const until = last < end ? last : end - 1n;
      const stream = await consumer.consume({
        topics: [topic],
        mode: 'manual',
        offsets: [{ topic, partition, offset: first }],
      });
      consumer.on('error', (error: Error) => stream.destroy(error));
      for await (const message of stream) {
        if (message.partition !== partition) continue;
        if (message.offset <= until) await handle(received(message));
        if (message.offset >= until) break;
      }
    } finally {
      await consumer.close(true);
    }
  }

  async check(): Promise<void> {
    await within(CHECK_DEADLINE, this.admin.metadata({ topics: [], forceUpdate: true }));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.producer?.close(), this.admin.close()]);
  }
}

const GROUP = {
  autocommit: false,
  // A member that died is noticed after this time; its partitions stand still until then.
  sessionTimeout: 10_000,
  heartbeatInterval: 2000,
  rebalanceTimeout: 30_000,
  maxWaitTime: 1000,
  highWaterMark: 256,
} as const;

const COMMIT_INTERVAL = 500;

/** One member of a consumer group, which joins again whatever happens, until it is closed. */
class Membership implements Subscription {
  /** For each partition, what is being done for it; partitions do not wait for each other. */
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly done = new Map<string, KafkaMessage>();
  private readonly closing = new AbortController();
  private stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> | undefined;
  private readonly running: Promise<void>;

  constructor(
    private readonly join: () => Consumer,
    private readonly topics: readonly string[],
    private readonly handle: Handle,
    private readonly log: Logger,
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
      const commits = setInterval(() => void this.commit(), COMMIT_INTERVAL);
      try {
        await this.consume(consumer);
      } catch (error) {
        this.log.warn({ err: error }, 'reading stops, and begins again');
        await sleep(PAUSE_AFTER_FAILURE, undefined, { signal: this.closing.signal }).catch(() => {});
      } finally {
        clearInterval(commits);
        await Promise.allSettled(this.lanes.values());
        await this.commit();
        this.lanes.clear();
        await this.leave(consumer);
      }
    }
  }

  private async leave(consumer: Consumer): Promise<void> {
    try {
      await consumer.close(true);
    } catch (error) {
      this.log.warn({ err: error }, 'the group is not told; it will notice');
    }
  }

  private async consume(consumer: Consumer): Promise<void> {
    const stream = await consumer.consume({ topics: [...this.topics], mode: 'committed', fallbackMode: 'earliest' });
    this.stream = stream;
    if (this.closing.signal.aborted) return void (await stream.close());
    for await (const message of stream) {
      if (this.closing.signal.aborted) break;
      await this.enqueue(message);
    }
  }

  /** Resolves at once when the partition is idle, and otherwise when it has done what it was at. */
  private async enqueue(message: KafkaMessage): Promise<void> {
    const lane = `${message.topic}:${message.partition}`;
    // Throws if the one before was not finished: what comes after it must not count as read.
    await this.lanes.get(lane);
    const work = this.handle(received(message), this.closing.signal).then(() => {
      this.done.set(lane, message);
    });
    work.catch((error) => this.log.info({ err: error }, 'a message was not finished, and comes again'));
    this.lanes.set(lane, work);
  }

  private async commit(): Promise<void> {
    const latest = [...this.done.values()];
    this.done.clear();
    const results = await Promise.allSettled(latest.map((message) => message.commit()));
    for (const result of results) {
      if (result.status === 'rejected')
        this.log.warn({ err: result.reason }, 'an offset is not committed: these events come again');
    }
  }
}

const sendable = ({ topic, key, value, headers }: Message) => ({
  ...{ topic, ...(key && { key }), ...(value && { value }) },
  headers: new Map(Object.entries(headers).map(([name, content]) => [Buffer.from(name), content])),
});

const received = ({ topic, partition, offset, key, value, headers }: KafkaMessage): Received => ({
  ...{ topic, partition, offset, key: key ?? null, value: value ?? null },
  headers: Object.fromEntries(
    [...headers].map(([name, content]) => [name.toString('utf8').toLowerCase(), content ?? Buffer.alloc(0)]),
  ),
});

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Kafka did not answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
