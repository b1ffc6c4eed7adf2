import { randomUUID } from 'node:crypto';
import type { Static } from 'typebox';
import type { Work } from '../database/database.ts';
import { type NewPayment, Payment, type PaymentPatch, paymentStates as states } from '../schemas/payment.ts';
import { first } from '../schemas/states.ts';
import { invoices, payable } from './invoice.ts';
import { Refusal } from './refusal.ts';
import { insert, lock } from './resource.ts';
import { type Stateful, transition } from './states.ts';

type State = keyof typeof states;

const announcements = {
  completed: 'com.droid.bss.payment.completed',
  failed: 'com.droid.bss.payment.failed',
  refunded: 'com.droid.bss.payment.refunded',
} as const;

export const payments: Stateful<State, Payment> = {
  ...{ table: 'payment', schema: Payment, initial: { state: first(states) } },
  ...{ states, announcements },
};

/** @throws Refusal if there is no such invoice, or if less than this is open */
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
  if (values.amount > open) throw new Refusal('too-much', `Of this invoice ${open} is open, not ${values.amount}.`);
  const payment = insert(work.db, payments, { id: randomUUID(), customerId, currency, ...values });
  work.announce('com.droid.bss.payment.created', payment.id, payment.version, payment);
  return payment;
}

/** As `transition`. */
export const changePayment = (work: Work, id: string, { state }: Static<typeof PaymentPatch>) =>
  transition(work, payments, id, state);
