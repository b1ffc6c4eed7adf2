import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { type Customer, changeCustomer, createCustomer, customers, NewCustomer } from '../resources/customer.ts';
import { id, line } from '../resources/fields.ts';
import { page } from '../resources/resource.ts';
import { actorOf } from './actor.ts';
import { createOnce, IdempotencyHeaders } from './idempotency.ts';
import { OffsetQuery } from './paging.ts';
import { notFound, Problem } from './problem.ts';
import { cachedItem, cacheStatus, Id, problems, type Stores } from './resources.ts';

const BASE = '/tmf-api/customerManagement/v4/customer';

const Medium = Type.Object({
  mediumType: Type.String({ description: 'email or phone' }),
  preferred: Type.Optional(Type.Boolean()),
  characteristic: Type.Object({
    emailAddress: Type.Optional(NewCustomer.properties.email),
    phoneNumber: Type.Optional(line(40, 'As dialled')),
  }),
});

const Party = Type.Object({
  id: Type.String(),
  name: Type.Optional(Type.String()),
  '@referredType': Type.Optional(Type.String()),
});

const TmfCustomer = Type.Object({
  id: id('Of the customer'),
  href: Type.String(),
  name: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  engagedParty: Type.Optional(Party),
  contactMedium: Type.Optional(Type.Array(Medium)),
  '@type': Type.Optional(Type.String()),
});
type TmfCustomer = Static<typeof TmfCustomer>;

const TmfNewCustomer = Type.Object({
  name: NewCustomer.properties.name,
  engagedParty: Party,
  contactMedium: Type.Array(Medium, { minItems: 1, maxItems: 10 }),
});
const TmfPatch = Type.Object(
  {
    name: Type.Optional(NewCustomer.properties.name),
    status: Type.Optional(Type.Enum(['active', 'suspended', 'closed'])),
  },
  { minProperties: 1, additionalProperties: false },
);

const Fields = Type.Object({
  fields: Type.Optional(
    Type.String({ maxLength: 200, pattern: '^[@\\w]+(,[@\\w]+)*$', description: 'Names of properties to show' }),
  ),
});
const ListQuery = Type.Object({ ...OffsetQuery, ...Fields.properties }, { additionalProperties: false });

/**
 * Customers as TM Forum's TMF629 v4 has them: another look at the same rows.
 * @see https://github.com/tmforum-apis/TMF629_CustomerManagement
 */
export function tmf629(app: FastifyInstance, stores: Stores): void {
  const { database } = stores;
  const tags = ['TMF629'];
  app.addSchema({ ...TmfCustomer, $id: 'TmfCustomer' });
  const shown = Type.Ref('TmfCustomer#');

  app.get(
    BASE,
    { schema: { tags, summary: 'A range', querystring: ListQuery, response: { 200: Type.Array(shown), ...problems } } },
    async (request, reply) => {
      const { offset, limit, fields } = request.query as Static<typeof ListQuery>;
      const { rows, total } = await page(database, customers, { offset, limit }, {});
      reply.header('x-total-count', total).header('x-result-count', rows.length);
      return rows.map((row) => only(fields, toTmf(row)));
    },
  );

  app.get(
    `${BASE}/:id`,
    {
      schema: { tags, summary: 'One customer', params: Id, querystring: Fields, response: { 200: shown, ...problems } },
    },
    async (request, reply) => {
      const { id } = request.params as Static<typeof Id>;
      const answer = await cachedItem(stores, 'customers', 'customer', customers, id);
      reply.header('cache-status', cacheStatus(answer));
      return only((request.query as Static<typeof Fields>).fields, toTmf(JSON.parse(answer.body)));
    },
  );

  app.post(
    BASE,
    {
      schema: {
        ...{ tags, summary: 'A new customer', headers: IdempotencyHeaders, body: TmfNewCustomer },
        response: { 201: shown, ...problems },
      },
    },
    async (request, reply) => {
      const values = fromTmf(request.body as Static<typeof TmfNewCustomer>);
      const { location, body } = await createOnce(database, request, async (work) => {
        const shown = toTmf(await createCustomer(work, values));
        return { location: shown.href, body: JSON.stringify(shown) };
      });
      return reply.code(201).header('location', location).send(JSON.parse(body));
    },
  );

  app.patch(
    `${BASE}/:id`,
    {
      schema: {
        tags,
        summary: 'Changes one customer',
        params: Id,
        body: TmfPatch,
        response: { 200: shown, ...problems },
      },
    },
    async (request) => {
      const { id } = request.params as Static<typeof Id>;
      const patch = request.body as Static<typeof TmfPatch>;
      const customer = await database.change(actorOf(request), (work) => changeCustomer(work, id, patch));
      if (!customer) throw notFound('customer', id);
      return toTmf(customer);
    },
  );
}

const toTmf = ({ id, name, status, email, phone }: Customer): TmfCustomer => ({
  ...{ id, href: `${BASE}/${id}`, name, status },
  engagedParty: { id, name, '@referredType': 'Individual' },
  contactMedium: [
    { mediumType: 'email', preferred: true, characteristic: { emailAddress: email } },
    ...(phone ? [{ mediumType: 'phone', characteristic: { phoneNumber: phone } }] : []),
  ],
  '@type': 'Customer',
});

/** @throws Problem where TMF629 allows more than a customer here has */
function fromTmf({ name, contactMedium }: Static<typeof TmfNewCustomer>): Static<typeof NewCustomer> {
  const find = (key: 'emailAddress' | 'phoneNumber') =>
    contactMedium.map(({ characteristic }) => characteristic[key]).find((value) => value !== undefined);
  const email = find('emailAddress');
  if (email === undefined)
    throw new Problem(400, 'invalid', 'One contactMedium must have a characteristic.emailAddress.');
  const phone = find('phoneNumber');
  return { name, email, ...(phone && { phone }) };
}

/** `id` and `href` are always there, as TM Forum's guidelines (TMF630) ask. */
function only(fields: string | undefined, customer: TmfCustomer): TmfCustomer {
  if (fields === undefined) return customer;
  const wanted = new Set(['id', 'href', ...fields.split(',')]);
  return Object.fromEntries(Object.entries(customer).filter(([name]) => wanted.has(name))) as TmfCustomer;
}
