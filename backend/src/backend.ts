import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { noCache, RedisCache } from './cache.ts';
import { invalidate, invalidateByEvents } from './cache-invalidation.ts';
import type { Config } from './config.ts';
import { consumers } from './consumers/all.ts';
import { Processor } from './consumers/processor.ts';
import { Database } from './database/database.ts';
import { keepHouse } from './database/housekeeping.ts';
import { Outbox } from './database/outbox.ts';
import { measureOutbox } from './database/outbox-metrics.ts';
import { createPool } from './database/pool.ts';
import { Relay } from './database/relay.ts';
import { schemaCheck } from './database/schema.ts';
import { measureBusiness } from './events/business-metrics.ts';
import { catalogue } from './events/catalogue.ts';
import { Kafka } from './events/kafka.ts';
import { measureLag } from './events/lag-metrics.ts';
import type { Health } from './http/actuator.ts';
import { createServer } from './http/server.ts';
import { Metrics } from './metrics.ts';
import { startTracing } from './tracing.ts';

/** A connection of its own, so that requests never keep events waiting. */
const RELAY_CONNECTIONS = 1;
const RELAY_DEADLINE = 15_000;

export interface Backend {
  readonly app: FastifyInstance;
  /** Lets go of everything in the order in which nobody loses anything. */
  stop(): Promise<void>;
}

/** Starts everything. PostgreSQL, Kafka and Redis may come later, and may go. */
export async function startBackend(config: Config, log: Logger): Promise<Backend> {
  // Of PostgreSQL, so that it ends what a request waits for before the request ends.
  const deadline = Math.ceil(config.deadline * 0.8);
  const stopTracing = startTracing(config.otlpEndpoint);
  const pool = createPool(config.database, config.database.pool, deadline);
  const relayPool = createPool(config.database, RELAY_CONNECTIONS, RELAY_DEADLINE);
  const bus = new Kafka(config.kafka.bootstrap, log);
  const metrics = new Metrics();
  measureOutbox(metrics, pool);
  const count = measureBusiness(metrics);
  const cache = config.redis ? new RedisCache(config.redis, metrics, log) : noCache;
  const relay = new Relay(relayPool, bus, metrics, log);
  const outbox = new Outbox(async (events) => {
    relay.wake();
    count(events);
    await Promise.all(events.map((event) => invalidate(cache, catalogue[event.type].topic, event)));
  });
  const database = new Database(pool, outbox, deadline);
  const health: Health = {
    ready: true,
    components: {
      db: await schemaCheck(pool),
      kafka: () => bus.check(),
      ...(config.redis && { redis: () => cache.check() }),
    },
  };

  const app = await createServer({ database, cache, metrics, health, log, deadline: config.deadline });
  await app.listen({ host: '::', port: config.port });
  relay.start();
  const stopHousekeeping = keepHouse(pool, log);
  const subscriptions = consumers.map((consumer) => {
    const processor = new Processor(consumer, database, metrics, log);
    return bus.subscribe(`bss-${consumer.name}`, consumer.topics, async (message, closing) => {
      await processor.process(message, closing);
    });
  });
  if (config.redis) subscriptions.push(invalidateByEvents(cache, bus));
  measureLag(metrics, subscriptions);

  const stop = async () => {
    health.ready = false;
    stopHousekeeping();
    // Requests still come until every proxy has heard that they should not; partitions can go to others meanwhile.
    const requests = sleep(config.drain).then(() => app.close());
    await Promise.all([requests, ...subscriptions.map((subscription) => subscription.close())]);
    await relay.stop();
    await bus.close();
    await Promise.all([pool.end(), relayPool.end(), cache.close(), stopTracing()]);
  };
  return { app, stop };
}
