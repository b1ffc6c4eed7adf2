import { randomUUID } from 'node:crypto';
import type { Static } from 'typebox';
import type { Work } from '../database/database.ts';
import { Invoice, type InvoicePatch, type NewInvoice, invoiceStates as states } from '../schemas/invoice.ts';
import { first } from '../schemas/states.ts';
import { expectActive, FOR_ACTIVE } from './customer.ts';
import { Refusal } from './refusal.ts';
import { insert, insertUnlessThere, lock } from './resource.ts';
import { assertTransition, enter, type Stateful, transition } from './states.ts';

type State = keyof typeof states;

const announcements = {
  overdue: 'com.droid.bss.invoice.overdue',
  paid: 'com.droid.bss.invoice.paid',
  cancelled: 'com.droid.bss.invoice.cancelled',
} as const;

export const invoices: Stateful<State, Invoice> = {
  ...{ table: 'invoice', schema: Invoice, initial: { state: first(states) } },
  ...{ states, announcements },
};

/** An invoice by hand. @throws Refusal if there is no such customer, or one who is not active */
export async function createInvoice(work: Work, values: Static<typeof NewInvoice>): Promise<Invoice> {
  expectActive(work, values.customerId);
  return issued(work, insert(work.db, invoices, { id: randomUUID(), ...values }, FOR_ACTIVE));
}

/** Of an order. @returns nothing if this order has been charged already, for this period if there is one */
export async function issueInvoice(
  work: Work,
  values: Static<typeof NewInvoice> & { orderId: string; period?: string },
): Promise<Invoice | undefined> {
  const invoice = await insertUnlessThere(work.db, invoices, { id: randomUUID(), ...values });
  return invoice && issued(work, invoice);
}

/** An invoice of nothing is paid at once: nobody can pay nothing. */
function issued(work: Work, invoice: Invoice): Invoice {
  work.announce('com.droid.bss.invoice.issued', invoice.id, invoice.version, invoice);
  return invoice.amount === 0 ? enter(work, invoices, invoice, 'paid') : invoice;
}

/** As `transition`. */
export const changeInvoice = (work: Work, id: string, { state }: Static<typeof InvoicePatch>) =>
  transition(work, invoices, id, state);

/** Makes the invoice paid once its completed payments reach the amount. @throws Error if there is no such invoice */
export async function settleInvoice(work: Work, id: string): Promise<void> {
  const invoice = await lock(work.db, invoices, id);
  if (!invoice) throw new Error(`there is no invoice ${id}`);
  if (!(states[invoice.state] as readonly string[]).includes('paid')) return;
  const { rows } = await work.db.query(
    `SELECT coalesce(sum(amount), 0) >= $2 AS settled FROM payment WHERE invoice_id = $1 AND state = 'completed'`,
    [id, invoice.amount],
  );
  if (rows[0].settled) enter(work, invoices, invoice, 'paid');
}

/** @throws Refusal unless it is there and can be paid */
export function payable(invoice: Invoice | undefined, id: string): Invoice {
  if (!invoice) throw new Refusal('unknown-reference', `There is no invoice ${id}.`);
  assertTransition(states, invoice.state, 'paid');
  return invoice;
}
