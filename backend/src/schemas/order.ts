import { type Static, Type } from 'typebox';
import { amount, bookkeeping, currency, id, line } from './fields.ts';
import { stateOf } from './states.ts';

/** Named as TM Forum's TMF622 names them. */
export const orderStates = {
  acknowledged: ['inProgress', 'completed', 'cancelled'],
  inProgress: ['completed', 'cancelled'],
  completed: [],
  cancelled: [],
} as const;

const given = { customerId: id('Who orders'), product: line(100, 'What is ordered'), amount, currency };

export const Order = Type.Object({ id: id('Of the order'), ...given, state: stateOf(orderStates), ...bookkeeping });
export type Order = Static<typeof Order>;

export const NewOrder = Type.Object(given, { additionalProperties: false });
export const OrderPatch = Type.Object({ state: stateOf(orderStates) }, { additionalProperties: false });
