// The service without its consumers, which would take the same cores, and with the way of publishing that is named.
//
//   serve.ts outbox|after-commit|none    configured as the backend is
import { compatibilityPartitioner, Producer } from '@platformatic/kafka';
import { noCache } from '../src/cache.ts';
import { readConfig } from '../src/config.ts';
import { Database } from '../src/database/database.ts';
import { Outbox } from '../src/database/outbox.ts';
import { createPool } from '../src/database/pool.ts';
import { Relay } from '../src/database/relay.ts';
import { topicsOf } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { Kafka } from '../src/events/kafka.ts';
import { sendable } from '../src/events/producer.ts';
import { createServer } from '../src/http/server.ts';
import { createLog } from '../src/log.ts';
import { Metrics } from '../src/metrics.ts';

const config = readConfig(process.env);
const log = createLog(config.logLevel);
const pool = createPool(config.database, config.database.pool, config.deadline);
const metrics = new Metrics();

/** Nothing waits in the database: all that is done is what comes after the commit. */
class NotStored extends Outbox {
  override store(): void {}
}

const outboxes: Record<string, () => Outbox> = {
  /** As the backend does it. */
  outbox() {
    const relayPool = createPool(config.database, 1, 15_000);
    const relay = new Relay(relayPool, new Kafka(config.kafka.bootstrap, log), metrics, log);
    relay.start();
    return new Outbox(async () => relay.wake());
  },
  /** As it is mostly done: what is committed when the process dies, and not yet sent, is never sent. */
  'after-commit'() {
    const producer = new Producer({
      ...{ clientId: 'bench', bootstrapBrokers: [...config.kafka.bootstrap], acks: -1 },
      partitioner: compatibilityPartitioner,
    });
    return new NotStored(async (events) => {
      const messages = events.flatMap((event) =>
        topicsOf(event.type).map((topic) => sendable({ topic, ...toMessage(event) })),
      );
      await producer.send({ messages });
    });
  },
  /** Without events. */
  none: () => new NotStored(async () => {}),
};

const database = new Database(pool, outboxes[process.argv[2]!]!(), config.deadline);
const health = { ready: true, components: { db: async () => {} } };
const app = await createServer({ database, cache: noCache, metrics, health, log, deadline: config.deadline });
await app.listen({ host: '127.0.0.1', port: config.port });
