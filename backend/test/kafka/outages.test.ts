import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { servers } from '../servers/servers.ts';
import type { Answer } from '../service.ts';
import { until } from '../until.ts';
import { type Process, startProcess } from './process.ts';

describe('outages', () => {
  let backend: Process;
  before(async () => {
    backend = await startProcess('outages', { REQUEST_DEADLINE_MS: '2000' });
  });
  after(() => backend.end());

  const health = (path: string) => backend.ask('GET', `/actuator/health${path}`);
  const component =
    (name: string, status: string) =>
    ({ body }: Answer) =>
      body.components[name].status === status;

  /** Creates customers while something is away. @returns how many were answered how, and the longest time to an answer */
  async function createDuring(outage: () => Promise<void>) {
    let running = true;
    let slowest = 0;
    const statuses: Record<number, number> = {};
    const load = async () => {
      while (running) {
        const start = performance.now();
        const { status } = await backend.ask('POST', '/api/customers', { name: 'Load', email: 'a@example.com' });
        slowest = Math.max(slowest, performance.now() - start);
        statuses[status] = (statuses[status] ?? 0) + 1;
        await sleep(20);
      }
    };
    const loads = [load(), load(), load()];
    await outage();
    running = false;
    await Promise.all(loads);
    return { statuses, slowest };
  }

  async function assertEffects() {
    const committed = await backend.count('customer');
    await until(
      'welcomes',
      () => backend.count('notification'),
      (found) => found >= committed,
    );
    await until(
      'the audit',
      () => backend.count('audit'),
      (found) => found >= 2 * committed,
    );
    assert.equal(await backend.count('notification'), committed);
    assert.equal(await backend.count('audit'), 2 * committed);
  }

  test('without Kafka every request is answered, health tells, and everything has its effect when it is back', async () => {
    const { statuses } = await createDuring(async () => {
      await sleep(500);
      await backend.kafka.stop('SIGKILL');
      await until('kafka DOWN', () => health(''), component('kafka', 'DOWN'));
      const readiness = await health('/readiness');
      assert.deepEqual([readiness.status, readiness.body.components.kafka.status], [200, 'DOWN']);
      await sleep(2000);
      backend.kafka.start();
      await until('kafka UP', () => health(''), component('kafka', 'UP'));
    });
    assert.deepEqual(Object.keys(statuses), ['201']);
    await assertEffects();
  });

  test('without PostgreSQL requests get 503 in time, liveness holds, and everything goes on alone afterwards', async () => {
    const { postgres } = servers.programs;
    const { statuses, slowest } = await createDuring(async () => {
      await sleep(500);
      await postgres.stop('SIGKILL');
      await until(
        'not ready',
        () => health('/readiness'),
        ({ status }) => status === 503,
      );
      assert.equal((await health('/liveness')).status, 200);
      await sleep(1000);
      postgres.start();
      await until(
        'ready',
        () => health('/readiness'),
        ({ status }) => status === 200,
      );
      await sleep(500);
    });
    assert.deepEqual(Object.keys(statuses), ['201', '503']);
    assert.ok(slowest < 4000, `${slowest} ms`);
    await assertEffects();
  });

  test('a PostgreSQL that says nothing keeps nobody longer than the deadline', async () => {
    const { postgres } = servers.programs;
    const { slowest } = await createDuring(async () => {
      postgres.signal('SIGSTOP');
      await sleep(3000);
      postgres.signal('SIGCONT');
      await until(
        'ready',
        () => health('/readiness'),
        ({ status }) => status === 200,
      );
    });
    assert.ok(slowest < 4000, `${slowest} ms`);
    await assertEffects();
  });

  test('without Redis every request is answered', async () => {
    const { redis } = servers.programs;
    redis.signal('SIGSTOP');
    try {
      const { statuses } = await createDuring(() => sleep(2000));
      assert.deepEqual(Object.keys(statuses), ['201']);
      assert.equal((await backend.ask('GET', '/api/customers')).status, 200);
    } finally {
      redis.signal('SIGCONT');
    }
    await until('redis UP', () => health(''), component('redis', 'UP'));
    await assertEffects();
  });
});
