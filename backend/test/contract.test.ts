import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { catalogue, type EventType, PERSONAL, schemasOf } from '../src/events/catalogue.ts';
import { documents } from './documents.ts';
import { type Service, startService } from './service.ts';

describe('contract', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('contract');
  });
  after(() => service.end());

  test('the OpenAPI document and the schemas of events are those of the code: npm run generate writes them', async () => {
    const wanted = await documents();
    for (const [path, text] of Object.entries(wanted))
      assert.equal(readFileSync(path, 'utf8'), text, `${path} is out of date`);
    assert.deepEqual(
      readdirSync('events')
        .map((name) => `events/${name}`)
        .sort(),
      Object.keys(wanted)
        .filter((path) => path.startsWith('events/'))
        .sort(),
    );
  });

  test('the service serves the document that is checked in', async () => {
    const { body } = await service.ask('GET', '/openapi.json');
    assert.deepEqual(body, JSON.parse(readFileSync('openapi.json', 'utf8')));
  });

  test('every topic of an event is named as the platform names topics', () => {
    for (const { topic } of Object.values(catalogue)) assert.match(topic, /^bss(\.[a-z-]+)+$/);
  });

  test('of each property of an event it has been decided whether it says who somebody is', () => {
    const decided = { personal: new Set<string>(), not: new Set<string>() };
    for (const type of Object.keys(catalogue) as EventType[]) {
      for (const { data } of schemasOf(type)) {
        for (const [name, schema] of Object.entries(data.properties))
          decided['$comment' in schema && schema.$comment === PERSONAL ? 'personal' : 'not'].add(name);
      }
    }
    assert.deepEqual([...decided.personal].sort(), ['email', 'name', 'phone', 'recipient', 'text', 'tmForum']);
    assert.deepEqual([...decided.not].sort(), [
      ...['actor', 'amount', 'createdAt', 'currency', 'customerId', 'eventId', 'id', 'invoiceId', 'invoices', 'kind'],
      ...['method', 'orderId', 'period', 'product', 'source', 'state', 'status', 'subject', 'time', 'type'],
      ...['updatedAt', 'version'],
    ]);
  });

  test('every answer is what the document promises', async () => {
    const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
      paths: Record<string, Record<string, { responses: object }>>;
    };
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    ajv.addSchema(document, 'openapi');
    const pointed = (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1');
    const ask = async (method: 'GET' | 'POST' | 'PATCH', path: string, url: string, body?: object) => {
      const answer = await service.ask(method, url, body);
      const exact = `${answer.status}`;
      const responses = document.paths[path]![method.toLowerCase()]!.responses;
      const status = exact in responses ? exact : `${exact[0]}XX`;
      const pointer = `openapi#/paths/${pointed(path)}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`;
      const validate = ajv.getSchema(pointer);
      assert.ok(validate, `${pointer} is missing`);
      assert.ok(validate(answer.body), `${method} ${url} ${answer.status}: ${ajv.errorsText(validate.errors)}`);
      return answer;
    };
    const created: Record<string, string> = {};
    const post = async (path: string, body: object) => {
      const { status, body: answer } = await ask('POST', `/api/${path}`, `/api/${path}`, body);
      assert.equal(status, 201);
      created[path] = answer.id;
      return answer.id as string;
    };
    const customerId = await post('customers', { name: 'Ada', email: 'ada@example.com', phone: null });
    await post('orders', { customerId, product: 'fibre', amount: 100, currency: 'EUR' });
    const invoiceId = await post('invoices', { customerId, amount: 100, currency: 'EUR' });
    await post('payments', { invoiceId, amount: 60, method: 'card' });
    await post('billing-cycles', { period: '2026-11' });
    for (const [path, id] of Object.entries(created)) {
      await ask('GET', `/api/${path}`, `/api/${path}`);
      await ask('GET', `/api/${path}/{id}`, `/api/${path}/${id}`);
      await ask('GET', `/api/${path}/{id}`, `/api/${path}/nobody`);
      await ask('POST', `/api/${path}`, `/api/${path}`, {});
    }
    await ask('PATCH', '/api/orders/{id}', `/api/orders/${created['orders']}`, { state: 'completed' });
    const tmf = '/tmf-api/customerManagement/v4/customer';
    await ask('GET', tmf, tmf);
    await ask('GET', `${tmf}/{id}`, `${tmf}/${customerId}?fields=name`);
    await ask('GET', `${tmf}/{id}`, `${tmf}/nobody`);
    await ask('POST', tmf, tmf, { name: 'Ada', engagedParty: { id: '1', '@referredType': 'Individual' } });
    await ask('POST', tmf, tmf, {});
    await ask('PATCH', `${tmf}/{id}`, `${tmf}/${customerId}`, { name: 'Ada L.' });
  });
});
