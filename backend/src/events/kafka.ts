import { Admin, Consumer, Producer } from '@platformatic/kafka';
import type { Logger } from 'pino';
import type { EventBus, Handle, Message, Received, Refusal, Subscription } from './bus.ts';
import { Membership, received } from './membership.ts';
import { PRODUCER, Publisher } from './publisher.ts';
import { within } from './within.ts';

const CHECK_DEADLINE = 1000;

/** Kafka, with a client that needs no native code. */
export class Kafka implements EventBus {
  private readonly publisher: Publisher;
  private readonly admin: Admin;
  private readonly connection;

  constructor(
    bootstrap: readonly string[],
    private readonly log: Logger,
  ) {
    this.connection = { clientId: 'bss-backend', bootstrapBrokers: [...bootstrap] };
    this.publisher = new Publisher(() => new Producer({ ...this.connection, ...PRODUCER }));
    this.admin = new Admin({ ...this.connection, retries: 0, timeout: CHECK_DEADLINE, connectTimeout: CHECK_DEADLINE });
  }

  publish(messages: readonly Message[]): Promise<Refusal[]> {
    return this.publisher.publish(messages);
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
    await Promise.allSettled([this.publisher.close(), this.admin.close()]);
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
