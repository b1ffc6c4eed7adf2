import { Admin, Consumer, Producer } from '@platformatic/kafka';
import type { Logger } from 'pino';
import { within } from '../within.ts';
import type { EventBus, Handle, Message, Received, RefusedMessage, Subscription } from './bus.ts';
import { Fetcher } from './fetcher.ts';
import { TIMES } from './member.ts';
import { Membership } from './membership.ts';
import { placeName } from './place.ts';
import { PRODUCER } from './producer.ts';
import { Publisher } from './publisher.ts';
import { rangeIn } from './range.ts';

const CHECK_DEADLINE = 1000;

/** Kafka, with a client that needs no native code. */
export class Kafka implements EventBus {
  private readonly publisher: Publisher;
  private readonly admin: Admin;
  private readonly connection;

  constructor(
    bootstrap: readonly string[],
    private readonly log: Logger,
    private readonly times = TIMES,
  ) {
    this.connection = { clientId: 'bss-backend', bootstrapBrokers: [...bootstrap] };
    this.publisher = new Publisher(() => new Producer({ ...this.connection, ...PRODUCER }));
    this.admin = new Admin({ ...this.connection, retries: 0, timeout: CHECK_DEADLINE, connectTimeout: CHECK_DEADLINE });
  }

  publish(messages: readonly Message[]): Promise<RefusedMessage[]> {
    return this.publisher.publish(messages);
  }

  subscribe(group: string, topics: readonly string[], handle: Handle): Subscription {
    const connect = () => ({
      client: new Consumer({ ...this.connection, ...GROUP, groupId: group }),
      fetcher: this.fetcher(group),
    });
    return new Membership(group, connect, topics, handle, this.log.child({ group }), this.times);
  }

  async read(
    { topic, partition }: { topic: string; partition: number },
    wanted: { first: bigint; last?: bigint },
    handle: (message: Received) => Promise<void>,
  ): Promise<void> {
    const fetcher = this.fetcher('bss-replay');
    try {
      const found = (await fetcher.topics([topic])).get(topic);
      if (!found) throw new Error(`Kafka knows nothing of the topic ${topic}; is that its name?`);
      const { id, leaders } = found;
      if (!(partition in leaders)) {
        throw new Error(
          `${topic} has no partition ${partition}: it has ${leaders.length}, from 0 to ${leaders.length - 1}.`,
        );
      }
      const place = { topic, partition, id };
      const [begin, end] = [await fetcher.edge(place, -2n), await fetcher.edge(place, -1n)];
      const { first, last } = rangeIn({ topic, partition, begin, end }, wanted);
      for (let offset = first; offset <= last; ) {
        const fetched = (await fetcher.fetch(leaders[partition] ?? -1, [{ ...place, offset }])).get(placeName(place));
        if (!fetched) continue;
        if ('error' in fetched) throw new Error(`${topic}, partition ${partition}: ${fetched.error}`);
        for (const message of fetched.messages) if (message.offset <= last) await handle(message);
        offset = fetched.next;
      }
    } finally {
      await fetcher.close();
    }
  }

  private fetcher(group: string): Fetcher {
    const client = new Consumer({ ...this.connection, ...FETCH, groupId: group });
    client.on('error', () => {});
    return new Fetcher(client, FETCH.maxBytesPerPartition);
  }

  async check(): Promise<void> {
    await within(CHECK_DEADLINE, this.admin.metadata({ topics: [], forceUpdate: true }));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.publisher.close(), this.admin.close()]);
  }
}

const GROUP = {
  // A member that died is noticed after this time; its partitions stand still until then.
  sessionTimeout: 10_000,
  heartbeatInterval: 2000,
  rebalanceTimeout: 30_000,
} as const;

const FETCH = {
  // Who asks sees to that, and knows what has changed since.
  retries: 0,
  maxWaitTime: 500,
  // All that a fetch brings is decoded at once: the answers of every broker to all groups of a process must fit its heap.
  // A batch that is larger comes whole.
  // https://cwiki.apache.org/confluence/display/KAFKA/KIP-74
  maxBytes: 262_144,
  maxBytesPerPartition: 65_536,
} as const;
