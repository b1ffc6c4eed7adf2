import { randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import type { Work } from '../database/database.ts';
import { expectActive, FOR_ACTIVE } from './customer.ts';
import { amount, bookkeeping, currency, id, line } from './fields.ts';
import { insert } from './resource.ts';
import { first, type Stateful, stateOf, transition } from './states.ts';

/** Named as TM Forum's TMF622 names them. */
const states = {
  acknowledged: ['inProgress', 'completed', 'cancelled'],
  inProgress: ['completed', 'cancelled'],
  completed: [],
  cancelled: [],
} as const;
type State = keyof typeof states;

const announcements = {
  inProgress: 'com.droid.bss.order.started',
  completed: 'com.droid.bss.order.completed',
  cancelled: 'com.droid.bss.order.cancelled',
} as const;

const given = { customerId: id('Who orders'), product: line(100, 'What is ordered'), amount, currency };

export const Order = Type.Object({ id: id('Of the order'), ...given, state: stateOf(states), ...bookkeeping });
export type Order = Static<typeof Order>;

export const NewOrder = Type.Object(given, { additionalProperties: false });
export const OrderPatch = Type.Object({ state: stateOf(states) }, { additionalProperties: false });

export const orders: Stateful<State, Order> = {
  ...{ table: 'product_order', schema: Order, initial: { state: first(states) } },
  ...{ states, announcements },
};

/** @throws Problem if there is no such customer, or one who may not order */
export async function createOrder(work: Work, values: Static<typeof NewOrder>): Promise<Order> {
  expectActive(work, values.customerId);
  const order = insert(work.db, orders, { id: randomUUID(), ...values }, FOR_ACTIVE);
  work.announce('com.droid.bss.order.created', order.id, order.version, order);
  return order;
}

/** As `transition`. */
export const changeOrder = (work: Work, id: string, { state }: Static<typeof OrderPatch>) =>
  transition(work, orders, id, state);
