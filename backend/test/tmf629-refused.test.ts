import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { published } from './fixtures/tmf629.ts';
import { asking, assertPublished, minimal } from './published.ts';
import { type Service, startService } from './service.ts';

const { base } = published;

describe('tmf629-refused', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('tmf629-refused');
  });
  after(() => service.end());

  const { ask, create, patch } = asking(() => service);

  test('what cannot be stored is refused, and says where it is', async () => {
    const { id } = await create();
    const characteristic = (value: string) =>
      `{"name": "x", "engagedParty": {"id": "1", "@referredType": "Individual"}, "characteristic": [{"name": "a", "value": ${value}}]}`;
    for (const value of [
      '"a\\u0000b"',
      '"\\ud800"',
      '{"\\u0000": 1}',
      '1e400',
      `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    ]) {
      for (const [method, path] of [
        ['POST', ''],
        ['PATCH', `/${id}`],
      ] as const) {
        const { status, body } = await service.ask(method, `${base}/customer${path}`, characteristic(value));
        assert.equal(status, 400, JSON.stringify(body));
        assertPublished('Error', body);
        assert.match(body.reason, /body\/characteristic\/0\/value/);
      }
    }
    const big = (name: string) => patch(id, { [name]: 'x'.repeat(40_000) });
    assert.equal((await big('one')).status, 200);
    assert.match((await big('two')).body.reason, /80\d{3} bytes, and 65536 at most/);
  });

  test('what is published and not served is refused as published, with the way out', async () => {
    const { id, href } = await create();
    const deleted = await ask('DELETE /customer/{id}', { id });
    assert.deepEqual([deleted.status, deleted.headers['allow']], [405, 'GET, HEAD, PATCH']);
    assert.match(deleted.body.reason, /close it/);
    const others = [
      ...(['PUT', 'POST'] as const).map((method) => ({ method, url: href, allow: 'GET, HEAD, PATCH' })),
      ...(['PUT', 'PATCH', 'DELETE'] as const).map((method) => ({
        ...{ method, url: `${base}/customer`, allow: 'GET, HEAD, POST' },
      })),
    ];
    for (const { method, url, allow } of others) {
      const { status, headers, body } = await service.ask(method, url, minimal);
      assert.deepEqual([status, headers['allow']], [405, allow], `${method} ${url}`);
      assertPublished('Error', body);
    }
    for (const operation of ['POST /hub', 'DELETE /hub/{id}'] as const) {
      const { status, body } = await ask(operation, {
        id: '1',
        ...(operation === 'POST /hub' && { body: { callback: 'http://example.com' } }),
      });
      assert.equal(status, 404);
      assert.match(body.reason, /bss\.customer\.events/);
    }
  });
});
