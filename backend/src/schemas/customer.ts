import { type Static, Type } from 'typebox';
import { bookkeeping, id, line } from './fields.ts';
import { stateOf } from './states.ts';
import { TmForum } from './tm-forum.ts';

export const customerStates = { active: ['suspended', 'closed'], suspended: ['active', 'closed'], closed: [] } as const;

const editable = {
  name: line(200, 'As on letters'),
  email: Type.String({ format: 'email', maxLength: 254 }),
  phone: Type.Union([line(40, 'As dialled'), Type.Null()]),
};

export const Customer = Type.Object({
  id: id('Of the customer'),
  ...editable,
  email: Type.Union([editable.email, Type.Null()], { description: 'Null: nothing can be sent, as TM Forum allows' }),
  status: stateOf(customerStates),
  tmForum: Type.Optional(TmForum),
  ...bookkeeping,
});
export type Customer = Static<typeof Customer>;

export const NewCustomer = Type.Object(
  { name: editable.name, email: editable.email, phone: Type.Optional(editable.phone) },
  { additionalProperties: false },
);
export const CustomerPatch = Type.Partial(Type.Object({ ...editable, status: stateOf(customerStates) }), {
  additionalProperties: false,
  minProperties: 1,
});
