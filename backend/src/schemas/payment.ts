import { type Static, Type } from 'typebox';
import { amount, bookkeeping, currency, id } from './fields.ts';
import { stateOf } from './states.ts';

export const paymentStates = {
  pending: ['completed', 'failed'],
  completed: ['refunded'],
  failed: [],
  refunded: [],
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
  state: stateOf(paymentStates),
  ...bookkeeping,
});
export type Payment = Static<typeof Payment>;

export const NewPayment = Type.Object(given, { additionalProperties: false });
export const PaymentPatch = Type.Object({ state: stateOf(paymentStates) }, { additionalProperties: false });
