import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Property, propertiesOf, published } from './fixtures/tmf629.ts';
import { asking, minimal } from './published.ts';
import { type Service, startService } from './service.ts';

const { base } = published;
/** A value of a published type, with all that it may have. */
function sample(type: string): unknown {
  const simple = {
    string: 'one',
    uri: 'https://example.com/schema.json',
    'date-time': '2026-11-29T01:02:03Z',
    integer: 7,
  };
  if (type in simple) return simple[type as keyof typeof simple];
  if (type === 'boolean') return true;
  if (type === 'any') return { nested: [1, null, 'ü'] };
  return Object.fromEntries(propertiesOf(type).map((property) => [property.name, sampleOf(property)]));
}
function sampleOf({ name, type, array }: Property): unknown {
  if (name === 'emailAddress') return 'ada@example.com';
  return array ? [sample(type), sample(type)] : sample(type);
}
const optional = propertiesOf('Customer_Create').filter(({ required }) => !required);

describe('tmf629', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('tmf629');
  });
  after(() => service.end());

  const { ask, create, read, patch } = asking(() => service);

  test('name and engagedParty are enough, and without either there is no customer', async () => {
    const { id, href, ...rest } = await create();
    assert.equal(href, `${base}/customer/${id}`);
    assert.deepEqual(rest, { ...minimal, status: 'active', '@type': 'Customer' });
    for (const { name } of propertiesOf('Customer_Create').filter(({ required }) => required)) {
      const { [name as 'name']: _, ...body } = minimal;
      const refused = await ask('POST /customer', { body });
      assert.equal(refused.status, 400);
      assert.match(refused.body.reason, new RegExp(name));
    }
  });

  for (const property of optional) {
    test(`${property.name} comes back as it was sent: of POST, GET, the list and PATCH, and null takes it away`, async () => {
      const value = sampleOf(property);
      const created = await create({ [property.name]: value });
      assert.deepEqual(created[property.name], value);
      assert.deepEqual(await read(created.id), created);
      assert.deepEqual((await ask('GET /customer', { query: `?id=${created.id}` })).body, [created]);
      const other = await create();
      const changed = await patch(other.id, { [property.name]: value });
      assert.deepEqual(changed.body, { ...other, [property.name]: value });
      assert.deepEqual(await read(other.id), changed.body);
      if (property.name === 'status') return;
      const taken = await service.ask('PATCH', other.href, { [property.name]: null });
      assert.deepEqual(taken.body, other);
    });

    test(`${property.name} of another type than the published one is refused by its name`, async () => {
      const { id } = await create();
      for (const wrong of [property.array ? { a: 1 } : [5], 5, [[5]]]) {
        for (const refused of [
          await ask('POST /customer', { body: { ...minimal, [property.name]: wrong } }),
          await patch(id, { [property.name]: wrong }),
        ]) {
          assert.equal(refused.status, 400, JSON.stringify(refused.body));
          assert.match(refused.body.reason, new RegExp(property.name));
        }
      }
    });
  }

  test('each part needs what the published one needs, and is refused by the name of what is missing', async () => {
    let looked = 0;
    for (const { name, type, array } of propertiesOf('Customer_Create').filter(({ type }) => /^[A-Z]/.test(type))) {
      for (const missing of propertiesOf(type).filter(({ required }) => required)) {
        const { [missing.name]: _, ...part } = sample(type) as Record<string, unknown>;
        const refused = await ask('POST /customer', { body: { ...minimal, [name]: array ? [part] : part } });
        assert.equal(refused.status, 400, `${name} without ${missing.name}`);
        assert.match(refused.body.reason, new RegExp(`${name}.*${missing.name}`));
        looked += 1;
      }
    }
    assert.equal(looked, 13);
  });

  test('whatever the published schema allows is stored as it is, with properties that it does not name', async () => {
    const word = fc.stringMatching(/^[\w äß€.-]{1,30}$/);
    // Names that could harm a prototype are refused before, and JSON's -0 is 0.
    const any = fc
      .jsonValue({ maxDepth: 3 })
      .map((value) => JSON.stringify(value))
      .filter((value) => !/__proto__|constructor/.test(value))
      .map((value) => JSON.parse(value));
    const arbitrary = (type: string): fc.Arbitrary<unknown> => {
      if (type === 'string') return word;
      if (type === 'any') return any;
      if (type === 'boolean') return fc.boolean();
      if (type === 'integer') return fc.integer();
      if (type === 'uri') return fc.webUrl();
      if (type === 'date-time')
        return fc
          .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
          .map((date) => date.toISOString());
      const properties = propertiesOf(type);
      return fc.record(
        Object.fromEntries(
          properties.map((property) => [
            property.name,
            property.name === 'emailAddress'
              ? fc.constant('ada@example.com')
              : property.array
                ? fc.array(arbitrary(property.type), { maxLength: 2 })
                : arbitrary(property.type),
          ]),
        ),
        { noNullPrototype: true, requiredKeys: properties.filter(({ required }) => required).map(({ name }) => name) },
      ) as fc.Arbitrary<unknown>;
    };
    await fc.assert(
      fc.asyncProperty(
        arbitrary('Customer_Create'),
        any,
        arbitrary('Customer_Update'),
        async (given, extra, update) => {
          const body = { ...(given as { name: string }), customerRank: extra };
          const { body: created, status } = await ask('POST /customer', { body });
          assert.equal(status, 201, JSON.stringify(created));
          for (const seen of [created, await read(created.id)]) assert.deepEqual({ ...seen, ...body }, seen);
          const changed = await ask('PATCH /customer/{id}', { id: created.id, body: update as object });
          if (changed.status === 409) return assert.match(body.name && JSON.stringify(body), /closed/i);
          for (const [name, value] of Object.entries(update as object)) {
            if (name !== 'validFor' && name !== 'engagedParty') assert.deepEqual(changed.body[name], value);
          }
          assert.deepEqual(await read(created.id), changed.body);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a PATCH with all that a GET has shown changes nothing, and none can change id or href', async () => {
    const created = await create({ ...(sample('Customer_Create') as object), status: 'Approved' });
    assert.deepEqual((await ask('PATCH /customer/{id}', { id: created.id, body: created })).body, created);
    for (const name of ['id', 'href']) {
      const refused = await patch(created.id, { [name]: 'another' });
      assert.equal(refused.status, 400);
      assert.match(refused.body.reason, new RegExp(`body/${name} is .* for good`));
      assert.equal((await ask('POST /customer', { body: { ...minimal, [name]: 'mine' } })).status, 400);
    }
  });

  test('an engagedParty with another id is another party, of which nothing is known but what is said', async () => {
    const { id } = await create();
    const renamed = await patch(id, {
      engagedParty: { id: 'org-7', '@referredType': 'Organization', name: 'Engines' },
    });
    assert.deepEqual(renamed.body.engagedParty, { ...minimal.engagedParty, name: 'Engines' });
    const other = { id: 'ada-1', '@referredType': 'Individual' };
    assert.deepEqual((await patch(id, { engagedParty: other })).body.engagedParty, other);
    assert.deepEqual((await read(id)).engagedParty, other);
  });

  test('a PATCH may call itself a merge patch, and merges what is nested', async () => {
    const created = await create({
      validFor: { startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z' },
    });
    const { status, body } = await ask('PATCH /customer/{id}', {
      ...{ id: created.id, headers: { 'content-type': 'application/merge-patch+json' } },
      body: { engagedParty: minimal.engagedParty, validFor: { endDateTime: '2028-01-01T00:00:00Z' } },
    });
    assert.deepEqual([status, body.validFor], [200, { ...created.validFor, endDateTime: '2028-01-01T00:00:00Z' }]);
  });
});
