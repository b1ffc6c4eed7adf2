import { randomUUID } from 'node:crypto';
import type { Static } from 'typebox';
import type { Work } from '../database/database.ts';
import { Customer, type CustomerPatch, customerStates } from '../schemas/customer.ts';
import { first } from '../schemas/states.ts';
import { Refusal } from './refusal.ts';
import { byId, insert, lock, type Resource, update } from './resource.ts';
import { assertTransition } from './states.ts';
import { withAddress } from './tm-forum.ts';

export const customers: Resource<Customer> = {
  table: 'customer',
  schema: Customer,
  initial: { status: first(customerStates) },
};

/** What can be said of a customer. */
type Said = Partial<Pick<Customer, 'name' | 'email' | 'phone' | 'status' | 'tmForum'>>;

export async function createCustomer(work: Work, values: Said): Promise<Customer> {
  const customer = insert(work.db, customers, { id: randomUUID(), ...values });
  work.announce('com.droid.bss.customer.created', customer.id, customer.version, customer);
  return customer;
}

/** @returns nothing if there is no such customer. @throws Refusal if the status cannot follow the present one */
export async function changeCustomer(
  work: Work,
  id: string,
  changes: Static<typeof CustomerPatch>,
): Promise<Customer | undefined> {
  return editCustomer(work, id, (before) => ({ ...changes, ...followed(before, changes) }));
}

/** As `changeCustomer`, where the changes depend on what there is. */
export async function editCustomer(
  work: Work,
  id: string,
  edit: (before: Customer) => Said,
): Promise<Customer | undefined> {
  const before = await lock(work.db, customers, id);
  if (!before) return undefined;
  const changes: Partial<Customer> = edit(before);
  if (changes.status && changes.status !== before.status)
    assertTransition(customerStates, before.status, changes.status);
  const customer = update(work.db, customers, before, changes);
  work.announce('com.droid.bss.customer.updated', id, customer.version, customer);
  return customer;
}

/** What TM Forum's API has said of the same, so that both ways go on to agree. */
function followed({ status, tmForum }: Customer, changes: Static<typeof CustomerPatch>): Pick<Said, 'tmForum'> {
  if (!tmForum) return {};
  const { status: word, contactMedium, ...rest } = tmForum;
  let media = contactMedium;
  if (media && changes.email !== undefined) media = withAddress(media, 'emailAddress', changes.email);
  if (media && changes.phone !== undefined) media = withAddress(media, 'phoneNumber', changes.phone);
  const stays = changes.status === undefined || changes.status === status;
  return {
    tmForum: { ...rest, ...(word !== undefined && stays && { status: word }), ...(media && { contactMedium: media }) },
  };
}

/** Of a row that is for an active customer, who does not change meanwhile. Asked for in its own statement, it costs no time. */
export const FOR_ACTIVE = {
  customerId: (place: string) => `(SELECT id FROM customer WHERE id = ${place} AND status = 'active' FOR SHARE)`,
};

/** Tells who has written such a row why it cannot be. */
export function expectActive(work: Work, id: string): void {
  work.expect('customer_id', async (db) => {
    const customer = await byId(db, customers, id);
    if (!customer) throw new Refusal('unknown-reference', `There is no customer ${id}.`);
    const { status } = customer;
    const now = status === 'active' ? 'active again, and was not: try again' : status;
    throw new Refusal('conflict', `The customer ${id} is ${now}.`);
  });
}
