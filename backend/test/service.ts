import assert from 'node:assert/strict';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { type Cache, noCache } from '../src/cache.ts';
import type { DatabaseConfig } from '../src/config.ts';
import { Database } from '../src/database/database.ts';
import { Outbox, oldest, type Waiting } from '../src/database/outbox.ts';
import { measureOutbox } from '../src/database/outbox-metrics.ts';
import { createPool } from '../src/database/pool.ts';
import { schemaCheck } from '../src/database/schema.ts';
import { measureBusiness } from '../src/events/business-metrics.ts';
import type { Event } from '../src/events/catalogue.ts';
import type { Health } from '../src/http/actuator.ts';
import { createServer } from '../src/http/server.ts';
import { createLog } from '../src/log.ts';
import { Metrics } from '../src/metrics.ts';
import { startTracing } from '../src/tracing.ts';
import { freshDatabase, OWNER, sql } from './servers/postgres.ts';

export interface Service {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly config: DatabaseConfig;
  /** What the application's role may not do. */
  readonly asOwner: (text: string) => Promise<void>;
  /** What was announced, newest last. */
  readonly events: Event[];
  readonly ask: (
    method: InjectOptions['method'],
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** Below /api. @returns what was created, or fails */
  readonly create: (path: string, body: object) => Promise<Answer['body']>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came
  readonly body: any;
}

/** The service on a database of its own, without Kafka: events stay in the outbox. */
export async function startService(
  name: string,
  {
    deadline = 5000,
    cache,
    config,
  }: { deadline?: number; cache?: (metrics: Metrics) => Cache; config?: DatabaseConfig } = {},
): Promise<Service & { end(): Promise<void> }> {
  const stopTracing = startTracing(undefined);
  const used = config ?? (await freshDatabase(name));
  const pool = createPool(used, 8, deadline);
  const log = createLog('silent');
  const metrics = new Metrics();
  measureOutbox(metrics, pool);
  const count = measureBusiness(metrics);
  const events: Event[] = [];
  const outbox = new Outbox(async (announced) => {
    count(announced);
    events.push(...announced);
  });
  const database = new Database(pool, outbox, deadline);
  const health: Health = { ready: true, components: { db: await schemaCheck(pool) } };
  const caching = cache?.(metrics) ?? noCache;
  const app = await createServer({ database, cache: caching, metrics, health, log, deadline });
  await app.ready();
  const ask: Service['ask'] = async (method, url, body, headers = {}) => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const answer = await app.inject({
      ...{ method: method!, url },
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(text !== undefined && { payload: text }),
    });
    const json = /json/.test(String(answer.headers['content-type']));
    return { status: answer.statusCode, headers: answer.headers, body: json ? answer.json() : answer.body };
  };
  const create: Service['create'] = async (path, body) => {
    const { status, body: created } = await ask('POST', `/api/${path}`, body);
    assert.equal(status, 201, JSON.stringify(created));
    return created;
  };
  const end = async () => {
    await app.close();
    await caching.close();
    await pool.end();
    await stopTracing();
  };
  const asOwner = (text: string) => sql({ ...used, user: OWNER }, text);
  return { app, database, metrics, health, config: used, asOwner, events, ask, create, end };
}

/** What waits in the outbox, the first hundred thousand after `after`. */
export async function waitingIn({ database }: Service, after = 0n): Promise<Waiting[]> {
  const { messages, isAll } = await oldest(database, 100_000, after);
  if (isAll) return messages;
  return [...messages, ...(await waitingIn({ database } as Service, BigInt(messages.at(-1)!.seq)))];
}
