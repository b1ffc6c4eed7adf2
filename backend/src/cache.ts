import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisConfig } from './config.ts';
import type { Metrics } from './metrics.ts';
import { within } from './within.ts';

/** Seconds after which an answer is forgotten, whatever happens to the events that should have removed it. */
const TTL = 30;
/** Milliseconds that a request waits for the cache. */
const PATIENCE = 100;
/** The client's own work has more: a connection over TLS with a login takes four ways there and back. */
const CONNECT_PATIENCE = 2000;
const CHECK_PATIENCE = 1000;

/** Answers to GET requests, as text. It may be away: then every look misses. */
export interface Cache {
  /** The item with its version, from the cache or else from `load`. */
  item(kind: string, id: string, load: () => Promise<Item | undefined>): Promise<Answer | undefined>;
  /** One page of a list. */
  list(kind: string, query: string, load: () => Promise<string>): Promise<Answer>;
  /** What is known of this item before this version, and all lists of its kind, is out of date. */
  invalidate(kind: string, id: string, version: number): Promise<void>;
  /** @throws Error when it does not answer */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface Item {
  readonly version: number;
  readonly body: string;
}

export interface Answer {
  readonly body: string;
  readonly hit: boolean;
}

/**
 * Keeps "version body" unless what is there is newer. So an answer that was read from the database before a change, and
 * arrives here after it, does not bring the past back. An empty body only marks the version.
 */
const KEEP = `
local known = redis.call('GET', KEYS[1])
local version = known and tonumber(string.match(known, '^%d+')) or -1
if version > tonumber(ARGV[1]) or (version == tonumber(ARGV[1]) and ARGV[2] == '') then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'EX', ARGV[3])
return 1`;

export class RedisCache implements Cache {
  private readonly redis: Cluster;

  constructor(
    { nodes, user, password, authority }: RedisConfig,
    private readonly metrics: Metrics,
    log: Logger,
  ) {
    this.redis = new Cluster(
      nodes.map((node) => ({ ...node })),
      {
        redisOptions: {
          ...(user && { username: user, password: password! }),
          ...(authority && { tls: { ca: authority } }),
          connectTimeout: CONNECT_PATIENCE,
          // One that owes an answer for longer is replaced: what nobody waits for any more would gather there.
          socketTimeout: CHECK_PATIENCE,
          maxRetriesPerRequest: 0,
        },
        // By name, as that is what a certificate has.
        ...(authority && { dnsLookup: (name, found) => found(null, name) }),
        // A request does not wait for a cache that is away.
        enableOfflineQueue: false,
        slotsRefreshTimeout: 2 * CONNECT_PATIENCE,
        clusterRetryStrategy: (times) => Math.min(100 * times, 2000),
      },
    );
    this.redis.on('error', (error) => log.debug({ err: error }, 'the cache is away'));
    for (const result of ['hit', 'miss', 'away']) metrics.cache.inc({ result }, 0);
  }

  async item(kind: string, id: string, load: () => Promise<Item | undefined>): Promise<Answer | undefined> {
    const key = `bss:${kind}:${id}`;
    const known = await this.ask(() => this.redis.get(key));
    const body = known?.slice(known.indexOf(' ') + 1);
    if (body) return this.counted('hit', body);
    const item = await load();
    if (!item) return undefined;
    if (known !== undefined) await this.ask(() => this.redis.eval(KEEP, 1, key, item.version, item.body, TTL));
    return this.counted('miss', item.body);
  }

  async list(kind: string, query: string, load: () => Promise<string>): Promise<Answer> {
    // Read before the database is: a list that is older than a change is kept where nobody looks any more.
    const generation = await this.ask(() => this.redis.get(`bss:${kind}:generation`));
    const key = `bss:${kind}:list:${generation ?? 0}:${query}`;
    const known = generation === undefined ? undefined : await this.ask(() => this.redis.get(key));
    if (known) return this.counted('hit', known);
    const body = await load();
    if (known !== undefined) await this.ask(() => this.redis.set(key, body, 'EX', TTL));
    return this.counted('miss', body);
  }

  async invalidate(kind: string, id: string, version: number): Promise<void> {
    await this.ask(() =>
      Promise.all([
        this.redis.eval(KEEP, 1, `bss:${kind}:${id}`, version, '', TTL),
        // Random and not counted up: a replica that takes over without the last writes would count to the same number.
        this.redis.set(`bss:${kind}:generation`, randomUUID(), 'EX', 2 * TTL),
      ]),
    );
  }

  async check(): Promise<void> {
    await within(CHECK_PATIENCE, this.redis.get('bss:check'), 'Redis');
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }

  /**
   * Not by the client's `commandTimeout`, which would also bound how it connects and learns who has which slot.
   * @returns nothing when the cache is away, and null when it has nothing
   */
  private async ask<T>(command: () => Promise<T>): Promise<T | undefined> {
    try {
      return await within(PATIENCE, command(), 'Redis');
    } catch {
      this.metrics.cache.inc({ result: 'away' });
      return undefined;
    }
  }

  private counted(result: 'hit' | 'miss', body: string): Answer {
    this.metrics.cache.inc({ result });
    return { body, hit: result === 'hit' };
  }
}

/** Where there is no Redis. */
export const noCache: Cache = {
  item: async (_kind, _id, load) => {
    const item = await load();
    return item && { body: item.body, hit: false };
  },
  list: async (_kind, _query, load) => ({ body: await load(), hit: false }),
  invalidate: async () => {},
  check: async () => {},
  close: async () => {},
};
