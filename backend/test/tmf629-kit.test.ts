import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { published } from './fixtures/tmf629.ts';
import { askPublished } from './published.ts';
import { type Service, startService } from './service.ts';

/**
 * The public assertions of TM Forum's conformance kit for customers, case by case, in the words of version 4.
 * Two are looser: it wants `Location` to be the one absolute address or `/customer/…`, and ours leads to that address;
 * and it wants no more than `id` with the `fields` that were asked for, where later guidelines (TMF630) add `href`.
 * @see https://github.com/tmforum/CTKFILES customerManagement, TMForumCustomerAPITestCollectionV0.3
 */
describe('tmf629-kit', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('tmf629-kit');
  });
  after(() => service.end());

  const engagedParty = { id: 'party-1', '@referredType': 'Individual' };
  const first = { name: 'cst1', engagedParty };
  const second = {
    ...{ name: 'cst2', description: 'blablabla', status: 'Active', engagedParty },
    contactMedium: [
      { mediumType: 'Email', characteristic: { emailAddress: 'ejemplocustomer2@test.com' } },
      {
        ...{ preferred: true, mediumType: 'TelephoneNumber' },
        characteristic: { contactType: 'home', phoneNumber: '+10001234567' },
      },
    ],
  };
  type Shown = Record<string, unknown> & { id: string };
  const created: Shown[] = [];
  const list = async (query: string): Promise<Shown[]> => {
    const { status, headers, body } = await askPublished(service, 'GET /customer', { query });
    assert.equal(status, 200);
    assert.equal(headers['x-result-count'], `${body.length}`);
    return body;
  };
  const has = (body: Shown[], { id }: Shown) => body.some((one) => one.id === id);
  /** More may be there, and nothing less. */
  const assertEquals = (sent: object, received: Shown | undefined) =>
    assert.deepEqual({ ...received, ...sent }, received);
  const assertFields = (shown: Shown | undefined, ...fields: string[]) =>
    assert.deepEqual(Object.keys(shown!).sort(), ['href', 'id', ...fields].sort());

  for (const [name, body] of Object.entries({ 'N1, the least that is required': first, 'N2, with more': second })) {
    test(`${name}: is created as it was sent, and is found by its id and in the list`, async () => {
      const { status, headers, body: shown } = await askPublished(service, 'POST /customer', { body });
      assert.equal(status, 201);
      for (const required of ['id', 'href', 'status', 'name']) assert.equal(typeof shown[required], 'string');
      const root = `http://host:8080${published.base}/customer`;
      assert.equal(new URL(String(headers['location']), root).href, `${root}/${shown.id}`);
      assertEquals(body, shown);
      const one = await askPublished(service, 'GET /customer/{id}', { id: shown.id });
      assert.deepEqual([one.status, one.body.id], [200, shown.id]);
      assertEquals(body, one.body);
      assertEquals(
        body,
        (await list('')).find(({ id }) => id === shown.id),
      );
      created.push(shown);
    });
  }

  test('N3: a search finds those that have what is searched for, and no others', async () => {
    const [one, two] = created as [Shown, Shown];
    for (const body of [await list('?name=cst1'), await list(`?engagedParty.id=party-1&name=cst1`)]) {
      assert.deepEqual([has(body, one), has(body, two)], [true, false]);
      assertEquals(first, body[0]);
    }
    const active = await list('?status=Active');
    assert.deepEqual([has(active, one), has(active, two)], [false, true]);
    assertEquals(second, active[0]);
  });

  test('every filter finds the customer of whom it is true, and shows no total but of these', async () => {
    const more = {
      statusReason: 'checked',
      '@type': 'Premium',
      '@baseType': 'Customer',
      '@schemaLocation': 'https://e.org/s',
    };
    const party = { id: 'org-9', name: 'Engines, Ltd', role: 'buyer', '@referredType': 'Organization' };
    const { body } = await askPublished(service, 'POST /customer', {
      body: { name: 'Ada & Co, 100 %', status: 'Validated', engagedParty: party, ...more },
    });
    const filters = {
      ...{ id: body.id, name: body.name, status: body.status, ...more },
      ...Object.fromEntries(Object.entries(party).map(([name, value]) => [`engagedParty.${name}`, value])),
    };
    for (const [name, value] of Object.entries(filters)) {
      const query = (text: string) => `?${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
      const { headers, body: shown } = await askPublished(service, 'GET /customer', { query: query(value) });
      assert.deepEqual([headers['x-total-count'], shown], ['1', [body]], name);
      assert.deepEqual(await list(query(`no ${value}`)), [], name);
    }
    const ofApi = (await service.ask('POST', '/api/customers', { name: 'Bea', email: 'bea@example.com' })).body;
    const found = await list(
      `?engagedParty.name=Bea&engagedParty.@referredType=Individual&status=active&@type=Customer`,
    );
    assert.deepEqual(
      found.map(({ id }) => id),
      [ofApi.id],
    );
  });

  test('filters that are combined are not prepared without end, and in any order are the same statement', async () => {
    // Another instance of the module: nobody else's statements are counted.
    const fresh = '../src/database/batch.ts?fresh';
    const { prepared } = (await import(fresh)) as typeof import('../src/database/batch.ts');
    const statements = Array.from({ length: 600 }, (_, index) => prepared(`SELECT ${index}`));
    assert.equal(statements.filter(({ name }) => name !== undefined).length, 500);
    assert.equal(prepared('SELECT 1').name, statements[1]!.name);
    const texts = new Set<string>();
    const query = service.database.query.bind(service.database);
    service.database.query = (text, values) => query(texts.add(text) && text, values);
    for (const filters of ['name=a&status=b', 'status=b&name=a']) await list(`?${filters}`);
    service.database.query = query;
    assert.equal(texts.size, 2);
  });

  test('N4: only the fields that are asked for are shown', async () => {
    const [one, two] = created as [Shown, Shown];
    const fields = async ({ id }: Shown, query: string) =>
      (await askPublished(service, 'GET /customer/{id}', { id, query: `?fields=${query}` })).body;
    assertFields(await fields(one, 'name,status'), 'name', 'status');
    assertFields(await fields(two, 'name,contactMedium'), 'name', 'contactMedium');
    assert.deepEqual((await fields(two, 'name,contactMedium')).contactMedium, second.contactMedium);
    assertFields(await fields(two, 'none'));
  });

  test('N5: a search and fields go together', async () => {
    const [one, two] = created as [Shown, Shown];
    const body = await list('?status=Active&fields=name,contactMedium');
    assert.deepEqual([has(body, one), has(body, two)], [false, true]);
    for (const shown of body) assertFields(shown, 'name', 'contactMedium');
  });

  test('E1: who is not known is not found', async () => {
    for (const id of ['12345678', '00000000-0000-4000-8000-000000000000']) {
      assert.equal((await askPublished(service, 'GET /customer/{id}', { id })).status, 404);
      const patch = await askPublished(service, 'PATCH /customer/{id}', { id, body: { engagedParty, name: 'x' } });
      assert.equal(patch.status, 404);
    }
  });

  test('E2, E3: what is mandatory, also where only something else makes it so, is missed', async () => {
    const incomplete = [
      { description: 'description', status: 'Active' },
      { ...first, contactMedium: [{ characteristic: { emailAddress: 'ejemplocustomer2@test.com' } }] },
    ];
    for (const body of incomplete)
      assert.equal((await askPublished(service, 'POST /customer', { body })).status, 400, JSON.stringify(body));
  });

  test('a range says how many there are of all, and how many it has', async () => {
    const total = (await list('?limit=100')).length;
    const { headers, body } = await askPublished(service, 'GET /customer', { query: '?offset=1&limit=2' });
    assert.deepEqual([headers['x-total-count'], headers['x-result-count'], body.length], [`${total}`, '2', 2]);
  });
});
