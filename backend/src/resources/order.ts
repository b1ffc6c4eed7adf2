import { randomUUID } from 'node:crypto';
import type { Static } from 'typebox';
import type { Work } from '../database/database.ts';
import { type NewOrder, Order, type OrderPatch, orderStates as states } from '../schemas/order.ts';
import { first } from '../schemas/states.ts';
import { expectActive, FOR_ACTIVE } from './customer.ts';
import { insert } from './resource.ts';
import { type Stateful, transition } from './states.ts';

type State = keyof typeof states;

const announcements = {
  inProgress: 'com.droid.bss.order.started',
  completed: 'com.droid.bss.order.completed',
  cancelled: 'com.droid.bss.order.cancelled',
} as const;

export const orders: Stateful<State, Order> = {
  ...{ table: 'product_order', schema: Order, initial: { state: first(states) } },
  ...{ states, announcements },
};

/** @throws Refusal if there is no such customer, or one who may not order */
export async function createOrder(work: Work, values: Static<typeof NewOrder>): Promise<Order> {
  expectActive(work, values.customerId);
  const order = insert(work.db, orders, { id: randomUUID(), ...values }, FOR_ACTIVE);
  work.announce('com.droid.bss.order.created', order.id, order.version, order);
  return order;
}

/** As `transition`. */
export const changeOrder = (work: Work, id: string, { state }: Static<typeof OrderPatch>) =>
  transition(work, orders, id, state);
