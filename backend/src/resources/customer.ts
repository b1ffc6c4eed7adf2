import { randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import type { Work } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import { bookkeeping, id, line } from './fields.ts';
import { insert, lock, type Resource, update } from './resource.ts';
import { assertTransition, first, stateOf } from './states.ts';

const states = { active: ['suspended', 'closed'], suspended: ['active', 'closed'], closed: [] } as const;

const editable = {
  name: line(200, 'As on letters'),
  email: Type.String({ format: 'email', maxLength: 254 }),
  phone: Type.Union([line(40, 'As dialled'), Type.Null()]),
};

export const Customer = Type.Object({
  id: id('Of the customer'),
  ...editable,
  status: stateOf(states),
  ...bookkeeping,
});
export type Customer = Static<typeof Customer>;

export const NewCustomer = Type.Object(
  { name: editable.name, email: editable.email, phone: Type.Optional(editable.phone) },
  { additionalProperties: false },
);
export const CustomerPatch = Type.Partial(Type.Object({ ...editable, status: stateOf(states) }), {
  additionalProperties: false,
  minProperties: 1,
});

export const customers: Resource<Customer> = {
  table: 'customer',
  schema: Customer,
  initial: { status: first(states) },
};

export async function createCustomer(work: Work, values: Static<typeof NewCustomer>): Promise<Customer> {
  const customer = insert(work.db, customers, { id: randomUUID(), ...values });
  work.announce('com.droid.bss.customer.created', customer.id, customer.version, customer);
  return customer;
}

/** @returns nothing if there is no such customer. @throws Problem if the status cannot follow the present one */
export async function changeCustomer(
  work: Work,
  id: string,
  changes: Static<typeof CustomerPatch>,
): Promise<Customer | undefined> {
  const before = await lock(work.db, customers, id);
  if (!before) return undefined;
  if (changes.status && changes.status !== before.status) assertTransition(states, before.status, changes.status);
  const customer = update(work.db, customers, before, changes);
  work.announce('com.droid.bss.customer.updated', id, customer.version, customer);
  return customer;
}

/** The customer, who does not change meanwhile. @throws Problem if there is none, or one who may not order */
export async function activeCustomer(work: Work, id: string): Promise<Customer> {
  const customer = await lock(work.db, customers, id, 'SHARE');
  if (!customer) throw new Problem(422, 'unknown-reference', `There is no customer ${id}.`);
  if (customer.status !== 'active') throw new Problem(409, 'conflict', `The customer ${id} is ${customer.status}.`);
  return customer;
}
