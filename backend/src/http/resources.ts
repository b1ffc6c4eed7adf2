import type { FastifyReply } from 'fastify';
import { type Static, type TObject, Type } from 'typebox';
import type { Answer, Cache } from '../cache.ts';
import type { Database, Work } from '../database/database.ts';
import { billingCycles, startBillingCycle } from '../resources/billing-cycle.ts';
import { changeCustomer, createCustomer, customers } from '../resources/customer.ts';
import { changeInvoice, createInvoice, invoices } from '../resources/invoice.ts';
import { changeOrder, createOrder, orders } from '../resources/order.ts';
import { changePayment, createPayment, payments } from '../resources/payment.ts';
import { byId, page, type Resource } from '../resources/resource.ts';
import { NewBillingCycle } from '../schemas/billing-cycle.ts';
import { CustomerPatch, NewCustomer } from '../schemas/customer.ts';
import { id } from '../schemas/fields.ts';
import { InvoicePatch, NewInvoice } from '../schemas/invoice.ts';
import { NewOrder, OrderPatch } from '../schemas/order.ts';
import { NewPayment, PaymentPatch } from '../schemas/payment.ts';
import { actorOf } from './actor.ts';
import type { App } from './app.ts';
import { createOnce, IdempotencyHeaders } from './idempotency.ts';
import { Page, PageQuery, pageOf, rangeOf } from './paging.ts';
import { notFound } from './problem.ts';

export interface Stores {
  readonly database: Database;
  readonly cache: Cache;
}

/** What one collection below /api can do. */
interface Collection<Row, New extends TObject, Patch extends TObject> {
  /** Path, and name of its answers in the cache. */
  readonly path: string;
  readonly one: string;
  readonly resource: Resource<Row>;
  /** Properties that a list can be narrowed by. */
  readonly filters: readonly string[];
  readonly create: { readonly schema: New; readonly by: (work: Work, values: Static<New>) => Promise<Row> };
  readonly change?: {
    readonly schema: Patch;
    readonly by: (work: Work, id: string, values: Static<Patch>) => Promise<Row | undefined>;
  };
}

/** What is served below /api: each collection with the same five operations. */
export function resources(app: App, stores: Stores): void {
  serve(app, stores, {
    ...{ path: 'customers', one: 'customer', resource: customers, filters: ['status', 'email'] },
    create: { schema: NewCustomer, by: createCustomer },
    change: { schema: CustomerPatch, by: changeCustomer },
  });
  serve(app, stores, {
    ...{ path: 'orders', one: 'order', resource: orders, filters: ['customerId', 'state'] },
    create: { schema: NewOrder, by: createOrder },
    change: { schema: OrderPatch, by: changeOrder },
  });
  serve(app, stores, {
    ...{ path: 'invoices', one: 'invoice', resource: invoices, filters: ['customerId', 'orderId', 'state'] },
    create: { schema: NewInvoice, by: createInvoice },
    change: { schema: InvoicePatch, by: changeInvoice },
  });
  serve(app, stores, {
    ...{ path: 'payments', one: 'payment', resource: payments, filters: ['customerId', 'invoiceId', 'state'] },
    create: { schema: NewPayment, by: createPayment },
    change: { schema: PaymentPatch, by: changePayment },
  });
  serve(app, stores, {
    ...{ path: 'billing-cycles', one: 'billing cycle', resource: billingCycles, filters: ['period'] },
    create: { schema: NewBillingCycle, by: startBillingCycle },
  });
}

interface Kept {
  readonly id: string;
  readonly version: number;
}

export const Id = Type.Object({ id: id('As in the collection') });
export const problems = { '4xx': Type.Ref('Problem#'), '5xx': Type.Ref('Problem#') };

function serve<Row extends Kept, New extends TObject, Patch extends TObject>(
  app: App,
  { database, cache }: Stores,
  { path, one, resource, filters, create, change }: Collection<Row, New, Patch>,
): void {
  const tags = [path];
  const name = one.replaceAll(/(^| )./g, (letter) => letter.trim().toUpperCase());
  app.addSchema({ ...resource.schema, $id: name });
  const shown = Type.Ref(`${name}#`);
  // As it is given: nobody looks for what is missing.
  const known = { ...resource.schema.properties, ...create.schema.properties };
  const narrowing = Object.fromEntries(filters.map((filter) => [filter, Type.Optional(known[filter]!)]));

  const listQuery = Type.Object({ ...PageQuery, ...narrowing }, { additionalProperties: false });
  app.get(
    `/api/${path}`,
    { schema: { tags, summary: 'A page', querystring: listQuery, response: { 200: Page(shown), ...problems } } },
    async (request, reply) => {
      const { page: number, size, ...where } = request.query;
      const answer = await cache.list(path, `page:${JSON.stringify([number, size, where])}`, async () =>
        JSON.stringify(
          pageOf(await page(database, resource, rangeOf({ page: number, size }), where), { page: number, size }),
        ),
      );
      return send(reply, answer);
    },
  );

  app.get(
    `/api/${path}/:id`,
    { schema: { tags, summary: `One ${one}`, params: Id, response: { 200: shown, ...problems } } },
    async (request, reply) =>
      send(reply, await cachedItem({ database, cache }, path, one, resource, request.params.id)),
  );

  app.post(
    `/api/${path}`,
    {
      schema: {
        ...{ tags, summary: `A new ${one}`, headers: IdempotencyHeaders, body: create.schema },
        response: { 201: shown, ...problems },
      },
    },
    async (request, reply) => {
      const { location, body, replayed } = await createOnce(database, request, async (work) => {
        // Of a schema that is still open here the provider cannot say the type.
        const created = await create.by(work, request.body as Static<New>);
        return { location: `/api/${path}/${created.id}`, body: JSON.stringify(created) };
      });
      if (replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(201).header('location', location).type(JSON_TYPE).serializer(asIs).send(body);
    },
  );

  if (!change) return;
  app.patch(
    `/api/${path}/:id`,
    {
      schema: {
        tags,
        summary: `Changes one ${one}`,
        params: Id,
        body: change.schema,
        response: { 200: shown, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const changed = await database.change(actorOf(request), (work) =>
        change.by(work, id, request.body as Static<Patch>),
      );
      if (!changed) throw notFound(one, id);
      return reply.type(JSON_TYPE).serializer(asIs).send(JSON.stringify(changed));
    },
  );
}

/** @throws Problem 404 */
export async function cachedItem<Row extends Kept>(
  { database, cache }: Stores,
  kind: string,
  one: string,
  resource: Resource<Row>,
  id: string,
): Promise<Answer> {
  const answer = await cache.item(kind, id, async () => {
    const row = await byId(database, resource, id);
    return row && { version: row.version, body: JSON.stringify(row) };
  });
  if (!answer) throw notFound(one, id);
  return answer;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const asIs = (payload: unknown) => payload as string;

/** @see https://www.rfc-editor.org/rfc/rfc9211 */
export const cacheStatus = ({ hit }: Answer) => (hit ? 'bss; hit' : 'bss; fwd=miss');

const send = (reply: FastifyReply, answer: Answer) =>
  reply.header('cache-status', cacheStatus(answer)).type(JSON_TYPE).serializer(asIs).send(answer.body);
