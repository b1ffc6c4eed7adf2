import type { FastifyReply, HTTPMethods } from 'fastify';
import { Type } from 'typebox';
import { createCustomer, customers, editCustomer } from '../resources/customer.ts';
import { page, type Resource } from '../resources/resource.ts';
import type { Customer } from '../schemas/customer.ts';
import { line } from '../schemas/fields.ts';
import { actorOf } from './actor.ts';
import type { App } from './app.ts';
import { createOnce, IdempotencyHeaders } from './idempotency.ts';
import { OffsetQuery } from './paging.ts';
import { notFound, Problem, TmfError } from './problem.ts';
import { cachedItem, cacheStatus, type Stores } from './resources.ts';
import { BASE, fromTmf, patched, TmfCustomer, TmfNewCustomer, TmfPatch, toTmf } from './tmf629-customer.ts';

const HUB = BASE.replace(/customer$/, 'hub');

const Fields = Type.Object({
  fields: Type.Optional(
    Type.String({ maxLength: 200, pattern: '^[@\\w]+(,[@\\w]+)*$', description: 'Names of properties to show' }),
  ),
});

/** What a list can be narrowed by, as TM Forum's guidelines (TMF630) say it, and the column that has it. */
const FILTERS = {
  id: 'id',
  name: 'name',
  status: 'shownStatus',
  statusReason: 'statusReason',
  '@type': 'shownType',
  '@baseType': 'baseType',
  '@schemaLocation': 'schemaLocation',
  'engagedParty.id': 'partyId',
  'engagedParty.name': 'partyName',
  'engagedParty.role': 'partyRole',
  'engagedParty.@referredType': 'partyType',
} as const;
const equal = Type.Optional(line(1000, 'Shows only those where it is just this'));
const narrowing = Object.fromEntries(Object.keys(FILTERS).map((name) => [name, equal])) as Record<
  keyof typeof FILTERS,
  typeof equal
>;
const ListQuery = Type.Object({ ...OffsetQuery, ...Fields.properties, ...narrowing }, { additionalProperties: false });

/** Text to TM Forum; what is no UUID is nobody's. */
const Id = Type.Object({ id: Type.String({ description: 'As in the collection' }) });
const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The same rows with a column for each filter. */
const found: Resource<Customer> = { ...customers, table: 'customer_tm_forum' };

/**
 * Customers as TM Forum's TMF629 v4 has them: another look at the same rows.
 * @see https://github.com/tmforum-apis/TMF629_CustomerManagement
 */
export function tmf629(app: App, stores: Stores): void {
  const { database } = stores;
  const tags = ['TMF629'];
  app.addSchema({ ...TmfCustomer, $id: 'TmfCustomer' });
  app.addSchema({ ...TmfError, $id: 'TmfError' });
  const shown = Type.Ref('TmfCustomer#');
  const problems = { '4xx': Type.Ref('TmfError#'), '5xx': Type.Ref('TmfError#') };
  // As TMF630 names what a PATCH sends.
  app.addContentTypeParser(
    'application/merge-patch+json',
    { parseAs: 'string' },
    app.getDefaultJsonParser('error', 'error'),
  );

  app.get(
    BASE,
    { schema: { tags, summary: 'A range', querystring: ListQuery, response: { 200: Type.Array(shown), ...problems } } },
    async (request, reply) => {
      const { offset, limit, fields, ...filters } = request.query;
      const { id } = filters;
      const wanted: Readonly<Record<string, string>> = { ...filters, ...(id && !isUuid(id) && { id: NOBODY }) };
      // In the order of the table, so that the same filters are the same statement.
      const where = Object.fromEntries(
        Object.entries(FILTERS).flatMap(([name, column]) => (name in wanted ? [[column, wanted[name]!]] : [])),
      );
      const { rows, total } = await page(database, found, { offset, limit }, where);
      reply.header('x-total-count', total).header('x-result-count', rows.length);
      return send(
        reply,
        rows.map((row) => only(fields, toTmf(row))),
      );
    },
  );

  app.get(
    `${BASE}/:id`,
    {
      schema: { tags, summary: 'One customer', params: Id, querystring: Fields, response: { 200: shown, ...problems } },
    },
    async (request, reply) => {
      const id = known(request.params.id);
      const answer = await cachedItem(stores, 'customers', 'customer', customers, id);
      reply.header('cache-status', cacheStatus(answer));
      return send(reply, only(request.query.fields, toTmf(JSON.parse(answer.body))));
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
      const values = fromTmf(request.body);
      const { location, body, replayed } = await createOnce(database, request, async (work) => {
        const shown = toTmf(await createCustomer(work, values));
        return { location: shown.href, body: JSON.stringify(shown) };
      });
      if (replayed) reply.header('idempotency-replayed', 'true');
      return send(reply.code(201).header('location', location), JSON.parse(body));
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
    async (request, reply) => {
      const id = known(request.params.id);
      const patch = request.body as Parameters<typeof patched>[1];
      const customer = await database.change(actorOf(request), (work) =>
        editCustomer(work, id, (before) => patched(before, patch)),
      );
      if (!customer) throw notFound('customer', id);
      return send(reply, toTmf(customer));
    },
  );

  const refuse = (method: HTTPMethods | HTTPMethods[], url: string, problem: Problem, allow?: string) =>
    app.route({
      // What the published document has too is told of in ours.
      schema: Array.isArray(method) ? { hide: true } : { tags, summary: problem.message, response: problems },
      ...{ method, url },
      handler: (_request, reply) => {
        if (allow) reply.header('allow', allow);
        throw problem;
      },
    });
  const notAllowed = (why: string) => new Problem(405, 'not-allowed', why);
  const close = 'A customer is not deleted, as orders and invoices name it: close it by PATCH, {"status": "closed"}.';
  refuse('DELETE', `${BASE}/:id`, notAllowed(close), 'GET, HEAD, PATCH');
  refuse(['PUT', 'POST'], `${BASE}/:id`, notAllowed('A customer is changed by PATCH.'), 'GET, HEAD, PATCH');
  refuse(
    ['PUT', 'PATCH', 'DELETE'],
    BASE,
    notAllowed('This is done to one customer, and not to all.'),
    'GET, HEAD, POST',
  );
  const kafka = 'No listener is called from here: events are in Kafka, as CloudEvents in bss.customer.events.';
  refuse('POST', HUB, new Problem(404, 'not-found', kafka));
  refuse('DELETE', `${HUB}/:id`, new Problem(404, 'not-found', kafka));
}

/** As it is: a schema would leave out what it does not name. */
const send = (reply: FastifyReply, body: object) =>
  reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(body);

/** @throws Problem 404 where there can be no such customer */
function known(id: string): string {
  if (!isUuid(id)) throw notFound('customer', id);
  return id;
}

/** `id` and `href` are always there, as TM Forum's guidelines (TMF630) ask. */
function only(fields: string | undefined, customer: object): object {
  if (fields === undefined) return customer;
  const wanted = new Set(['id', 'href', ...fields.split(',')]);
  return Object.fromEntries(Object.entries(customer).filter(([name]) => wanted.has(name)));
}
