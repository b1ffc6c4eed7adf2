import { type Static, Type } from 'typebox';
import { bookkeeping, id, period } from './fields.ts';
import { stateOf } from './states.ts';

export const billingCycleStates = { started: ['completed'], completed: [] } as const;

export const BillingCycle = Type.Object({
  id: id('Of the cycle'),
  period,
  state: stateOf(billingCycleStates),
  invoices: Type.Integer({ description: 'How many it issued' }),
  ...bookkeeping,
});
export type BillingCycle = Static<typeof BillingCycle>;

export const NewBillingCycle = Type.Object({ period }, { additionalProperties: false });
