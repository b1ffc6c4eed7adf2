import { randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import type { Work } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import { bookkeeping, id, period } from './fields.ts';
import { issueInvoice } from './invoice.ts';
import { insertUnlessThere, lock, type Resource, update } from './resource.ts';
import { first, stateOf } from './states.ts';

const states = { started: ['completed'], completed: [] } as const;

export const BillingCycle = Type.Object({
  id: id('Of the cycle'),
  period,
  state: stateOf(states),
  invoices: Type.Integer({ description: 'How many it issued' }),
  ...bookkeeping,
});
export type BillingCycle = Static<typeof BillingCycle>;

export const NewBillingCycle = Type.Object({ period }, { additionalProperties: false });

export const billingCycles: Resource<BillingCycle> = {
  table: 'billing_cycle',
  schema: BillingCycle,
  initial: { state: first(states), invoices: 0 },
};

/** @throws Problem if the month has a cycle already */
export async function startBillingCycle(work: Work, values: Static<typeof NewBillingCycle>): Promise<BillingCycle> {
  const cycle = await insertUnlessThere(work.db, billingCycles, { id: randomUUID(), ...values });
  if (!cycle) throw new Problem(409, 'conflict', `The month ${values.period} has a billing cycle already.`);
  work.announce('com.droid.bss.billing.cycle.started', cycle.id, cycle.version, cycle);
  return cycle;
}

/**
 * Charges every active service that this month has not been charged for, all of them or none, and only once: what is
 * active later belongs to a later month. @throws Error if there is no such cycle
 */
export async function runBillingCycle(work: Work, { id, period }: BillingCycle): Promise<void> {
  const before = await lock(work.db, billingCycles, id);
  if (!before) throw new Error(`there is no billing cycle ${id}`);
  if (before.state === 'completed') return;
  const { rows: services } = await work.db.query(
    `SELECT order_id AS "orderId", customer_id AS "customerId", amount, currency FROM service
     WHERE state = 'active' ORDER BY order_id`,
  );
  let issued = 0;
  for (const service of services) if (await issueInvoice(work, { ...service, period })) issued += 1;
  const cycle = update(work.db, billingCycles, before, { state: 'completed', invoices: issued });
  work.announce('com.droid.bss.billing.cycle.completed', id, cycle.version, cycle);
}
