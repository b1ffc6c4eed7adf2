import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { RedisCache } from '../src/cache.ts';
import { invalidate } from '../src/cache-invalidation.ts';
import { notification } from '../src/consumers/notification.ts';
import { Processor } from '../src/consumers/processor.ts';
import { catalogue, type EventType } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { dataErrors } from '../src/events/data-errors.ts';
import { createLog } from '../src/log.ts';
import { askPublished } from './published.ts';
import { servers } from './servers/servers.ts';
import { type Service, startService } from './service.ts';
import { until } from './until.ts';

describe('tmf629-agreement', () => {
  let service: Service & { end(): Promise<void> };
  let cache: RedisCache;
  before(async () => {
    service = await startService('tmf629-agreement', {
      cache: (metrics) => {
        cache = new RedisCache(servers.redis, metrics, createLog('silent'));
        return cache;
      },
    });
    const answers = () =>
      cache.check().then(
        () => true,
        () => false,
      );
    await until('the cache', answers, (here) => here);
  });
  after(() => service.end());

  const engagedParty = { id: 'org-7', '@referredType': 'Organization' };
  const minimal = { name: 'Ada Lovelace', engagedParty };
  const medium = (kind: 'emailAddress' | 'phoneNumber', value: string, more: object = {}) => ({
    ...{ mediumType: 'office', characteristic: { [kind]: value, contactType: 'work' } },
    ...more,
  });
  const create = async (more: object = {}) =>
    (await askPublished(service, 'POST /customer', { body: { ...minimal, ...more } })).body;
  const patch = (id: string, body: object) =>
    askPublished(service, 'PATCH /customer/{id}', { id, body: { engagedParty, ...body } });
  const tmf = async (id: string) => (await askPublished(service, 'GET /customer/{id}', { id })).body;
  const api = async (id: string) => (await service.ask('GET', `/api/customers/${id}`)).body;
  const change = (id: string, body: object) => service.ask('PATCH', `/api/customers/${id}`, body);
  /** What the outbox's events do in the running service. */
  const applyEvents = async () => {
    for (const event of service.events) await invalidate(cache, catalogue[event.type].topic, event);
  };
  const newest = () => service.events.at(-1)!;

  test('the address of the preferred medium, or else of the first, is where the customer is written to and called at', async () => {
    const shown = await create({
      contactMedium: [
        medium('phoneNumber', '1'),
        medium('emailAddress', 'first@example.com'),
        medium('emailAddress', 'preferred@example.com', { preferred: true }),
        medium('phoneNumber', '2'),
      ],
    });
    const { email, phone, name, tmForum } = await api(shown.id);
    assert.deepEqual([email, phone, name], ['preferred@example.com', '1', 'Ada Lovelace']);
    assert.deepEqual(tmForum, { engagedParty, contactMedium: shown.contactMedium });
  });

  test('what one way changes is changed for the other, and what it does not know stays', async () => {
    const media = [medium('emailAddress', 'a@example.com'), { mediumType: 'post', characteristic: { city: 'London' } }];
    const { id } = await create({ contactMedium: media, statusReason: 'checked', status: 'Initialized' });
    await change(id, { email: 'b@example.com', phone: '7', name: 'Ada' });
    await applyEvents();
    const seen = await tmf(id);
    assert.deepEqual(seen.contactMedium, [
      ...[medium('emailAddress', 'b@example.com'), media[1]],
      { mediumType: 'phone', characteristic: { phoneNumber: '7' } },
    ]);
    assert.deepEqual([seen.name, seen.status, seen.statusReason], ['Ada', 'Initialized', 'checked']);
    await change(id, { phone: null, status: 'active' });
    await applyEvents();
    assert.deepEqual((await tmf(id)).contactMedium, [medium('emailAddress', 'b@example.com'), media[1]]);
    assert.equal((await tmf(id)).status, 'active');
    await patch(id, { contactMedium: [medium('phoneNumber', '8')] });
    await applyEvents();
    assert.deepEqual([(await api(id)).email, (await api(id)).phone], [null, '8']);
  });

  test('a PATCH of what only TM Forum knows counts the version, is announced, and is not hidden by the cache', async () => {
    const { id } = await create();
    assert.equal((await tmf(id)).characteristic, undefined);
    const before = await api(id);
    const characteristic = [{ name: 'segment', value: { of: ['gold', 1] } }];
    await patch(id, { characteristic });
    const { type, subject, sequence, data } = newest();
    assert.deepEqual([type, subject, sequence], ['com.droid.bss.customer.updated', id, '2']);
    await applyEvents();
    assert.deepEqual((await tmf(id)).characteristic, characteristic);
    assert.deepEqual(await api(id), data);
    assert.deepEqual(
      { ...(data as object), updatedAt: '' },
      {
        ...{ ...before, updatedAt: '', version: 2 },
        tmForum: { engagedParty, characteristic },
      },
    );
  });

  test('a customer of /api is changed by either way, and has no more than was said of it', async () => {
    const { body: ada } = await service.ask('POST', '/api/customers', { name: 'Ada', email: 'a@example.com' });
    assert.equal(ada.tmForum, null);
    const { body: renamed } = await service.ask('PATCH', (await tmf(ada.id)).href, { name: 'Ada L.' });
    await applyEvents();
    assert.deepEqual(renamed, {
      ...{ id: ada.id, href: renamed.href, name: 'Ada L.', status: 'active', '@type': 'Customer' },
      engagedParty: { id: ada.id, name: 'Ada L.', '@referredType': 'Individual' },
      contactMedium: [{ mediumType: 'email', preferred: true, characteristic: { emailAddress: 'a@example.com' } }],
    });
    assert.deepEqual([(await api(ada.id)).tmForum, (await api(ada.id)).email], [null, 'a@example.com']);
    await patch(ada.id, {});
    await applyEvents();
    assert.deepEqual((await api(ada.id)).tmForum, { engagedParty });
    assert.deepEqual((await tmf(ada.id)).engagedParty, engagedParty);
  });

  test('a word for status that is not known does not let order; active, approved and closed mean what they say', async () => {
    const meaning = {
      Approved: 'active',
      ACTIVE: 'active',
      Initialized: 'suspended',
      suspended: 'suspended',
      constructor: 'suspended',
      Closed: 'closed',
    };
    for (const [word, status] of Object.entries(meaning)) {
      const { id, status: shown } = await create({ status: word });
      assert.deepEqual([shown, (await api(id)).status], [word, status]);
      const order = await service.ask('POST', '/api/orders', {
        customerId: id,
        product: 'x',
        amount: 1,
        currency: 'EUR',
      });
      assert.equal(order.status, status === 'active' ? 201 : 409, word);
      const later = await patch(id, { status: 'Approved' });
      assert.equal(later.status, status === 'closed' ? 409 : 200, word);
    }
  });

  test('who has no address is in events whose schema says so: what reads the usual one is not surprised', async () => {
    const ajv = new Ajv();
    formats.default(ajv);
    const reads = (name: string, data: unknown) =>
      ajv.validate(JSON.parse(readFileSync(`events/com.droid.bss.customer.${name}.json`, 'utf8')), data);
    const { id } = await create();
    assert.equal(newest().dataschema, 'urn:bss:schema:customer.created.unreachable:1');
    assert.deepEqual([reads('created.unreachable', newest().data), reads('created', newest().data)], [true, false]);
    await patch(id, { contactMedium: [medium('emailAddress', 'a@example.com')] });
    assert.equal(newest().dataschema, 'urn:bss:schema:customer.updated:1');
    assert.deepEqual([reads('updated.unreachable', newest().data), reads('updated', newest().data)], [false, true]);
  });

  test('an event from before TM Forum had properties of its own is still read', async () => {
    await create({ contactMedium: [medium('emailAddress', 'a@example.com')] });
    const { tmForum: _, ...old } = newest().data as Record<string, unknown>;
    assert.equal(dataErrors('com.droid.bss.customer.created', old), undefined);
  });

  test('who has no address is told nothing, and that is no failure', async () => {
    const processor = new Processor(notification, service.database, service.metrics, createLog('silent'), 1);
    const process = (type: EventType) =>
      processor.process(
        {
          ...toMessage(service.events.findLast((event) => event.type === type)!),
          ...{ topic: catalogue[type].topic, partition: 0, offset: 1n },
        },
        new AbortController().signal,
      );
    const { id: customerId } = await create();
    await service.ask('POST', '/api/invoices', { customerId, amount: 100, currency: 'EUR' });
    assert.equal(await process('com.droid.bss.customer.created'), 'applied');
    assert.equal(await process('com.droid.bss.invoice.issued'), 'applied');
    const { rowCount } = await service.database.pool.query('SELECT FROM notification WHERE customer_id = $1', [
      customerId,
    ]);
    assert.equal(rowCount, 0);
  });
});
