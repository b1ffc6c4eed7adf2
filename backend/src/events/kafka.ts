import { Admin, Consumer, compatibilityPartitioner, Producer } from '@platformatic/kafka';
import type { Logger } from 'pino';
import type { EventBus, Handle, Message, Received, Subscription } from './bus.ts';
import { Membership, received } from './membership.ts';
import { rangeIn } from './range.ts';
import { within } from './within.ts';

const PUBLISH_DEADLINE = 10_000;
const CHECK_DEADLINE = 1000;

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
    wanted: { first: bigint; last?: bigint },
    handle: (message: Received) => Promise<void>,
  ): Promise<void> {
    const consumer = new Consumer({ ...this.connection, ...GROUP, groupId: `bss-replay-${process.pid}-${Date.now()}` });
    try {
      const { first, last } = await rangeIn(consumer, { topic, partition }, wanted);
      const stream = await consumer.consume({
        topics: [topic],
        mode: 'manual',
        offsets: [{ topic, partition, offset: first }],
      });
      consumer.on('error', (error: Error) => stream.destroy(error));
      for await (const message of stream) {
        if (message.partition !== partition) continue;
        if (message.offset <= last) await handle(received(message));
        if (message.offset >= last) break;
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
  // All that a fetch brings is decoded at once, whatever the mark above says: the answers of every broker to all groups
  // of a process must fit its heap. A batch that is larger comes whole.
  // https://cwiki.apache.org/confluence/display/KAFKA/KIP-74
  maxBytes: 262_144,
  maxBytesPerPartition: 65_536,
} as const;

/** As the client takes it. */
export const sendable = ({ topic, key, value, headers }: Message) => ({
  ...{ topic, ...(key && { key }), ...(value && { value }) },
  headers: new Map(Object.entries(headers).map(([name, content]) => [Buffer.from(name), content])),
});
