import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisCache } from '../src/cache.ts';
import { invalidate } from '../src/cache-invalidation.ts';
import { catalogue } from '../src/events/catalogue.ts';
import { createLog } from '../src/log.ts';
import { freePort } from './servers/program.ts';
import { startSlowRedis } from './servers/redis-tls.ts';
import { servers } from './servers/servers.ts';
import { type Service, startService } from './service.ts';
import { until } from './until.ts';

describe('cache', () => {
  let service: Service & { end(): Promise<void> };
  let cache: RedisCache;
  // It starts while other tests run.
  const slow = startSlowRedis(40);
  slow.catch(() => {});
  before(async () => {
    service = await startService('cache', {
      cache: (metrics) => {
        cache = new RedisCache(servers.redis, metrics, createLog('silent'));
        return cache;
      },
    });
    for (let left = 50; left > 0; left -= 1)
      if (
        await cache.check().then(
          () => true,
          () => sleep(50).then(() => false),
        )
      )
        break;
  });
  after(() => service.end());

  const ada = { name: 'Ada', email: 'ada@example.com' };
  const get = async (url: string) => {
    const { headers, body, status } = await service.ask('GET', url);
    return { status, body, hit: headers['cache-status'] === 'bss; hit' };
  };
  /** What the outbox's events do in the running service. */
  const applyEvents = async () => {
    for (const event of service.events.splice(0)) await invalidate(cache, catalogue[event.type].topic, event);
  };

  test('an item and a list are answered from the cache until an event says that they have changed', async () => {
    const { body: customer } = await service.ask('POST', '/api/customers', ada);
    await applyEvents();
    for (const url of [`/api/customers/${customer.id}`, '/api/customers?size=50']) {
      assert.deepEqual([(await get(url)).hit, (await get(url)).hit], [false, true], url);
    }
    await service.ask('PATCH', `/api/customers/${customer.id}`, { name: 'Grace' });
    await applyEvents();
    assert.deepEqual((await get(`/api/customers/${customer.id}`)).body.name, 'Grace');
    assert.ok(
      (await get('/api/customers?size=50')).body.content.some(({ name }: { name: string }) => name === 'Grace'),
    );
  });

  test('an answer that was read before a change, and arrives after it, is not kept', async () => {
    const { body: customer } = await service.ask('POST', '/api/customers', ada);
    await applyEvents();
    const slow = await cache.item('customers', customer.id, async () => {
      await service.ask('PATCH', `/api/customers/${customer.id}`, { name: 'Grace' });
      await applyEvents();
      return { version: 1, body: JSON.stringify(customer) };
    });
    assert.equal(JSON.parse(slow!.body).name, 'Ada');
    assert.deepEqual((await get(`/api/customers/${customer.id}`)).body.name, 'Grace');
    const list = await cache.list('customers', 'any', async () => {
      await cache.invalidate('customers', customer.id, 3);
      return 'old';
    });
    assert.equal(list.body, 'old');
    assert.equal((await cache.list('customers', 'any', async () => 'new')).body, 'new');
  });

  test('what is kept is forgotten after a time, whatever happens to events', async () => {
    const { body: customer } = await service.ask('POST', '/api/customers', ada);
    await get(`/api/customers/${customer.id}`);
    await get('/api/customers?size=49');
    const client = new Redis(servers.redis.nodes[0]!.port);
    try {
      for (const key of await client.keys('bss:*')) {
        const ttl = await client.ttl(key);
        assert.ok(ttl > 0 && ttl <= 60, `${key} ${ttl}`);
      }
    } finally {
      client.disconnect();
    }
  });

  test('an unknown item is not kept: it may be there soon', async () => {
    const url = '/api/customers/00000000-0000-4000-8000-000000000001';
    assert.deepEqual([(await get(url)).status, (await get(url)).status], [404, 404]);
  });

  test('without its cache the service answers, and as quickly', async () => {
    const config = { nodes: [{ host: '127.0.0.1', port: await freePort() }] };
    const alone = await startService('alone', {
      cache: (metrics) => new RedisCache(config, metrics, createLog('silent')),
    });
    try {
      const { body: customer } = await alone.ask('POST', '/api/customers', ada);
      const start = Date.now();
      for (let round = 0; round < 10; round += 1) {
        assert.equal((await alone.ask('GET', `/api/customers/${customer.id}`)).status, 200);
        assert.equal((await alone.ask('GET', '/api/customers')).body.totalElements, 1);
      }
      assert.ok(Date.now() - start < 2000, `${Date.now() - start} ms`);
    } finally {
      await alone.end();
    }
  });

  test('a cache that is 40 ms away over TLS is found, is found again, and keeps nobody waiting', async () => {
    const { config, network, end } = await slow;
    const far = new RedisCache(config, service.metrics, createLog('silent'));
    const look = () => far.item('customers', 'far', async () => ({ version: 1, body: 'here' }));
    const found = () => until('a hit', look, (answer) => answer!.hit);
    try {
      await found();
      // Nothing comes back, and nobody says why: as from a node that has lost its power.
      network.freeze(true);
      const checked = assert.rejects(far.check(), /Redis did not answer within 1000 ms/);
      let quickest = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round += 1) {
        const start = performance.now();
        assert.deepEqual(await look(), { body: 'here', hit: false });
        quickest = Math.min(quickest, performance.now() - start);
      }
      // An answer that is not kept is not written either, or it would be 200 each time, also on a machine with nothing else to do.
      assert.ok(quickest < 180, `${quickest} ms`);
      await checked;
      network.freeze(false);
      await found();
    } finally {
      await far.close();
      await end();
    }
  });
});
