import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProblem } from './problem.ts';
import { type Service, startService } from './service.ts';

describe('any input', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('any-input');
  });
  after(() => service.end());

  const ada = { name: 'Ada', email: 'ada@example.com' };

  /** Half a character cannot be in a URL. */
  const encoded = (text: string) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '?'));

  test('whatever a POST or PATCH holds is created or answered by a problem, never by a failure', async () => {
    const paths = [
      '/api/customers',
      '/api/orders',
      '/api/invoices',
      '/api/payments',
      '/api/billing-cycles',
      '/tmf-api/customerManagement/v4/customer',
    ];
    const id = (await service.ask('POST', '/api/customers', ada)).body.id;
    const leaf = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(id, 'EUR', 'ada@example.com', "'; DROP TABLE customer; --", 1, -1, 1e300, '2026-13'),
    );
    const names = [
      'name',
      'email',
      'phone',
      'status',
      'state',
      'customerId',
      'invoiceId',
      'product',
      'amount',
      'currency',
      'method',
      'period',
      'engagedParty',
      'contactMedium',
      'characteristic',
      'validFor',
      'statusReason',
      'id',
      'version',
    ];
    const body = fc.oneof(
      fc.dictionary(fc.constantFrom(...names), leaf, { maxKeys: 8 }).map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string(),
    );
    const method = fc.constantFrom('POST' as const, 'PATCH' as const);
    await fc.assert(
      fc.asyncProperty(method, fc.constantFrom(...paths), body, async (method, path, body) => {
        const answer = await service.ask(method, method === 'PATCH' ? `${path}/${id}` : path, body);
        if (answer.status < 300) assert.ok(answer.body.id);
        else assertProblem(answer);
      }),
      { numRuns: 300 },
    );
  });

  test('whatever a URL holds is answered, and never by a failure', async () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('..', '%00', '\u0000', "' OR ''='", '../../etc/passwd', '-1', '1e9', 'NaN', '[]', '{}'),
    );
    const names = fc.constantFrom(
      'page',
      'size',
      'customerId',
      'state',
      'status',
      'email',
      'offset',
      'limit',
      'fields',
      'name',
      'id',
      'engagedParty.id',
      'engagedParty.@referredType',
      '__proto__',
    );
    const paths = fc.constantFrom('customers', 'orders', 'invoices', 'payments', 'billing-cycles');
    const query = fc
      .array(fc.tuple(names, part), { maxLength: 3 })
      .map((pairs) => pairs.map(([name, value]) => `${name}=${encoded(value)}`).join('&'));
    const url = fc.oneof(
      fc.tuple(paths, query).map(([path, query]) => `/api/${path}?${query}`),
      fc.tuple(paths, part).map(([path, id]) => `/api/${path}/${encoded(id)}`),
      query.map((query) => `/tmf-api/customerManagement/v4/customer?${query}`),
    );
    await fc.assert(
      fc.asyncProperty(url, async (url) => {
        const answer = await service.ask('GET', url);
        if (answer.status !== 200) assertProblem(answer);
      }),
      { numRuns: 300 },
    );
  });

  test('a key that comes with many bodies at once creates one of them, and refuses the others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 8 }),
        async (key, numbers) => {
          const before = service.events.length;
          const answers = await Promise.all(
            numbers.map((number) =>
              service.ask('POST', '/api/customers', { ...ada, name: `Number ${number}` }, { 'idempotency-key': key }),
            ),
          );
          const created = answers.filter(({ status }) => status === 201);
          for (const answer of answers) if (answer.status !== 201) assertProblem(answer, 422);
          assert.equal(new Set(created.map(({ body }) => body.id)).size, 1);
          const winner = created[0]!.body.name;
          assert.equal(created.length, numbers.filter((number) => `Number ${number}` === winner).length);
          assert.equal(service.events.length, before + 1);
        },
      ),
      { numRuns: 20 },
    );
  });
});
