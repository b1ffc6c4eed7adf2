import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { assertProblem } from './problem.ts';
import { type Service, startService } from './service.ts';

describe('bad-input', () => {
  let service: Service & { end(): Promise<void> };
  let port: number;
  before(async () => {
    service = await startService('bad-input');
    await service.app.listen({ port: 0, host: '127.0.0.1' });
    port = (service.app.server.address() as AddressInfo).port;
  });
  after(() => service.end());

  const ada = { name: 'Ada', email: 'ada@example.com' };
  const rows = async () =>
    (
      await service.database.pool.query(
        'SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM outbox) AS rows',
      )
    ).rows[0].rows;

  const refused: [string, string, Parameters<Service['ask']>, number][] = [
    ['malformed JSON', 'cannot be read', ['POST', '/api/customers', '{"name": '], 400],
    ['no body', 'says nothing', ['POST', '/api/customers', ''], 400],
    ['an array', 'is no customer', ['POST', '/api/customers', [ada]], 400],
    ['a number as a name', 'is no text', ['POST', '/api/customers', { ...ada, name: 5 }], 400],
    [
      'a number in quotes',
      'is no number',
      [
        'POST',
        '/api/orders',
        { customerId: '00000000-0000-4000-8000-000000000000', product: 'x', amount: '5', currency: 'EUR' },
      ],
      400,
    ],
    [
      'half a cent',
      'is no amount',
      ['POST', '/api/invoices', { customerId: '00000000-0000-4000-8000-000000000000', amount: 0.5, currency: 'EUR' }],
      400,
    ],
    ['an unknown property', 'may be a misspelt one', ['POST', '/api/customers', { ...ada, nmae: 'x' }], 400],
    ['NUL', 'cannot be stored', ['POST', '/api/customers', { ...ada, name: 'a\u0000b' }], 400],
    [
      'a line break in a name',
      'could become a header',
      ['POST', '/api/customers', { ...ada, name: 'a\r\nX-Evil: 1' }],
      400,
    ],
    [
      '__proto__',
      'is no property',
      ['POST', '/api/customers', '{"__proto__": {"name": "x"}, "name": "a", "email": "a@b.co"}'],
      400,
    ],
    ['2 MB', 'are too much', ['POST', '/api/customers', { ...ada, name: 'x'.repeat(2_000_000) }], 413],
    ['XML', 'is no JSON', ['POST', '/api/customers', '<a/>', { 'content-type': 'application/xml' }], 415],
    ['page -1', 'is before the first', ['GET', '/api/customers?page=-1'], 400],
    ['size 10^9', 'is too much', ['GET', '/api/customers?size=1000000000'], 400],
    ['size 0', 'shows nothing', ['GET', '/api/customers?size=0'], 400],
    ['page 10^300', 'is no number to count with', ['GET', '/api/customers?page=1e300'], 400],
    ['two pages', 'are one too many', ['GET', '/api/customers?page=1&page=2'], 400],
    ['an unknown parameter', 'may be a misspelt one', ['GET', '/api/customers?sort=name'], 400],
    ['no e-mail as a filter', 'is no address', ['GET', '/api/customers?email='], 400],
    ['an unknown id', 'finds nothing', ['GET', '/api/customers/00000000-0000-4000-8000-000000000000'], 404],
    ['SQL as an id', 'is no id', ['GET', `/api/customers/${encodeURIComponent("' OR 1=1 --")}`], 400],
    ['SQL as a filter', 'is no id', ['GET', `/api/orders?customerId=${encodeURIComponent("' OR 1=1 --")}`], 400],
    [
      'SQL as fields',
      'are no names',
      ['GET', `/tmf-api/customerManagement/v4/customer?fields=${encodeURIComponent('id;DROP TABLE customer')}`],
      400,
    ],
    ['a misspelt filter', 'finds nothing', ['GET', '/tmf-api/customerManagement/v4/customer?nmae=Ada'], 400],
    ['NUL as a filter', 'is in no text', ['GET', '/tmf-api/customerManagement/v4/customer?status=%00'], 400],
    ['an id of another kind', 'is nobody', ['GET', '/tmf-api/customerManagement/v4/customer/12345678'], 404],
    ['a path of TM Forum that is not there', 'leads nowhere', ['GET', '/tmf-api/unicorns'], 404],
    ['a broken escape', 'is no path', ['GET', '/api/customers/%zz'], 400],
    ['an unknown path', 'leads nowhere', ['GET', '/api/unicorns'], 404],
    ['an unknown method', 'does nothing', ['DELETE', '/api/customers'], 404],
    ['an empty change', 'changes nothing', ['PATCH', '/api/customers/00000000-0000-4000-8000-000000000000', {}], 400],
    [
      'a change of nobody',
      'finds nothing',
      ['PATCH', '/api/customers/00000000-0000-4000-8000-000000000000', { name: 'x' }],
      404,
    ],
    ['a space in a key', 'is no key', ['POST', '/api/customers', ada, { 'idempotency-key': 'a b' }], 400],
  ];
  for (const [what, why, question, status] of refused) {
    test(`${what} ${why}: ${status}`, async () => {
      const before = await rows();
      assertProblem(await service.ask(...question), status);
      assert.equal(await rows(), before);
    });
  }

  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(text));
      let answer = '';
      socket.on('data', (data) => {
        answer += data;
      });
      socket.once('close', () => resolve(answer));
      socket.once('error', reject);
    });

  test('what is no HTTP, and headers that are too long, are answered by problems too', async () => {
    assert.match(
      await raw('GARBAGE\r\n\r\n'),
      /^HTTP\/1\.1 400 .*application\/problem\+json.*urn:bss:problem:bad-request/s,
    );
    assert.match(
      await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 .*problem/s,
    );
    assert.match(
      await raw('POST /api/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'),
      /^HTTP\/1\.1 400 /,
    );
  });

  test('a body that never ends is cut off at its limit', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const sending = request({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/api/customers',
        headers: { 'content-type': 'application/json' },
      });
      sending.once('response', (response) => {
        resolve(response.statusCode!);
        sending.destroy();
      });
      sending.once('error', reject);
      const more = () => {
        while (sending.write('x'.repeat(16_384)));
      };
      sending.on('drain', more);
      more();
    });
    assert.equal(status, 413);
  });
});
