import { randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import type { Work } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import { amount, bookkeeping, currency, id } from './fields.ts';
import { invoices, payable } from './invoice.ts';
import { insert, lock } from './resource.ts';
import { first, type Stateful, stateOf, transition } from './states.ts';

const states = {
  pending: ['completed', 'failed'],
  completed: ['refunded'],
  failed: [],
  refunded: [],
} as const;
type State = keyof typeof states;

const announcements = {
  completed: 'com.droid.bss.payment.completed',
  failed: 'com.droid.bss.payment.failed',
  refunded: 'com.droid.bss.payment.refunded',
} as const;

const given = {
  invoiceId: id('What is paid'),
  amount: Type.Integer({ ...amount, minimum: 1 }),
  method: Type.Enum(['card', 'directDebit', 'transfer', 'cash']),
};

export const Payment = Type.Object({
  id: id('Of the payment'),
  customerId: id('Who pays'),
  ...given,
  currency,
  state: stateOf(states),
  ...bookkeeping,
});
export type Payment = Static<typeof Payment>;

export const NewPayment = Type.Object(given, { additionalProperties: false });
export const PaymentPatch = Type.Object({ state: stateOf(states) }, { additionalProperties: false });

export const payments: Stateful<State, Payment> = {
  ...{ table: 'payment', schema: Payment, initial: { state: first(states) } },
  ...{ states, announcements },
};

/** @throws Problem if there is no such invoice, or if less than this is open */
export async function createPayment(work: Work, values: Static<typeof NewPayment>): Promise<Payment> {
  // Locked, so that two payments at once cannot both find the whole amount open: the second statement begins after that.
  const [invoice, { rows }] = await Promise.all([
    lock(work.db, invoices, values.invoiceId),
    work.db.query(
      `SELECT coalesce(sum(amount), 0)::bigint::float AS promised FROM payment
       WHERE invoice_id = $1 AND state IN ('pending', 'completed')`,
      [values.invoiceId],
    ),
  ]);
  const { customerId, currency, amount } = payable(invoice, values.invoiceId);
  const open = amount - rows[0].promised;
  if (values.amount > open)
    throw new Problem(422, 'too-much', `Of this invoice ${open} is open, not ${values.amount}.`);
  const payment = insert(work.db, payments, { id: randomUUID(), customerId, currency, ...values });
  work.announce('com.droid.bss.payment.created', payment.id, payment.version, payment);
  return payment;
}

/** As `transition`. */
export const changePayment = (work: Work, id: string, { state }: Static<typeof PaymentPatch>) =>
  transition(work, payments, id, state);
