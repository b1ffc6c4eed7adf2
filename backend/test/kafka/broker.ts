import { Admin, Consumer } from '@platformatic/kafka';
import type { Message } from '../../src/events/bus.ts';
import { startKafka } from '../servers/kafka.ts';
import type { Program } from '../servers/program.ts';
import { until } from '../until.ts';

/** A broker without a backend. */
export interface Broker {
  readonly bootstrap: string[];
  readonly program: Program;
  readonly admin: Admin;
  topic(name: string, partitions?: number, settings?: Record<string, string>): Promise<void>;
  /** How many records each partition has; nothing was deleted of it. */
  counts(topic: string): Promise<number[]>;
  end(): Promise<void>;
}

export async function startBroker(): Promise<Broker> {
  const programs: Program[] = [];
  const bootstrap = await startKafka(programs);
  const connection = { clientId: 'test', bootstrapBrokers: bootstrap };
  const admin = new Admin(connection);
  const asking = new Consumer({ ...connection, groupId: 'asking', metadataMaxAge: 0, retries: 0 });
  return {
    ...{ bootstrap, admin, program: programs[0]! },
    async topic(name, partitions = 1, settings = {}) {
      const configs = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.createTopics({ topics: [name], partitions, replicas: 1, configs });
      // A broker hears of it a moment later.
      const leaders = () =>
        asking.listOffsets({ topics: [name], timestamp: -1n }).then(
          (offsets) => offsets.get(name)!.length,
          () => 0,
        );
      await until('its leaders', leaders, (count) => count === partitions);
    },
    async counts(topic) {
      return (await asking.listOffsets({ topics: [topic], timestamp: -1n })).get(topic)!.map(Number);
    },
    async end() {
      await Promise.allSettled([admin.close(), asking.close(true)]);
      await programs[0]!.end();
    },
  };
}

export const message = (topic: string, value: string | Buffer, key: string | null = null): Message => ({
  topic,
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  headers: { ce_id: Buffer.from('7f0c') },
});
