import { randomUUID } from 'node:crypto';
import type { Static } from 'typebox';
import type { Work } from '../database/database.ts';
import { BillingCycle, type NewBillingCycle, billingCycleStates as states } from '../schemas/billing-cycle.ts';
import { first } from '../schemas/states.ts';
import { issueInvoice } from './invoice.ts';
import { Refusal } from './refusal.ts';
import { insertUnlessThere, lock, type Resource, update } from './resource.ts';

export const billingCycles: Resource<BillingCycle> = {
  table: 'billing_cycle',
  schema: BillingCycle,
  initial: { state: first(states), invoices: 0 },
};

/** @throws Refusal if the month has a cycle already */
export async function startBillingCycle(work: Work, values: Static<typeof NewBillingCycle>): Promise<BillingCycle> {
  const cycle = await insertUnlessThere(work.db, billingCycles, { id: randomUUID(), ...values });
  if (!cycle) throw new Refusal('conflict', `The month ${values.period} has a billing cycle already.`);
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
