import { type Static, Type } from 'typebox';
import { amount, bookkeeping, currency, id, period } from './fields.ts';
import { stateOf } from './states.ts';

export const invoiceStates = {
  issued: ['overdue', 'paid', 'cancelled'],
  overdue: ['paid', 'cancelled'],
  paid: [],
  cancelled: [],
} as const;

const given = { customerId: id('Who owes it'), amount, currency };

export const Invoice = Type.Object({
  id: id('Of the invoice'),
  ...given,
  orderId: Type.Union([id('What it charges'), Type.Null()]),
  period: Type.Union([period, Type.Null()], { description: 'The month, if a billing cycle issued it' }),
  state: stateOf(invoiceStates),
  ...bookkeeping,
});
export type Invoice = Static<typeof Invoice>;

export const NewInvoice = Type.Object(given, { additionalProperties: false });
/** Only payments make an invoice paid. */
export const InvoicePatch = Type.Object(
  { state: Type.Enum(['overdue', 'cancelled']) },
  { additionalProperties: false },
);
