import { type TSchema, Type } from 'typebox';
import { addressOf, statusOf } from '../resources/tm-forum.ts';
import { type Customer, NewCustomer } from '../schemas/customer.ts';
import { id, line } from '../schemas/fields.ts';
import type { TmForum } from '../schemas/tm-forum.ts';
import { Problem } from './problem.ts';

export const BASE = '/tmf-api/customerManagement/v4/customer';

/** Deeper than any value of a characteristic, and not as deep as what would overflow the stack. */
const DEEPEST = 50;

/** Bytes. Every event holds all of it, and many merge patches could bring more than a request may have. */
const LARGEST = 64 * 1024;

const optional = <T extends Record<string, TSchema>>(properties: T) =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]));
const nullable = (properties: Record<string, TSchema>) =>
  optional(
    Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, Type.Union([schema, Type.Null()])])),
  );

const text = Type.String();
const entity = {
  '@baseType': text,
  '@schemaLocation': Type.String({ format: 'uri' }),
  '@type': text,
};
const reference = { href: text, name: text, ...entity };
const period = {
  startDateTime: Type.String({ format: 'date-time' }),
  endDateTime: Type.String({ format: 'date-time' }),
};

const Account = Type.Object({
  ...optional({ ...reference, id: text, description: text, '@referredType': text }),
  name: text,
});
const Reference = Type.Object({ id: text, ...optional({ ...reference, '@referredType': text }) });
const Party = Type.Object({ id: text, '@referredType': text, ...optional({ ...reference, role: text }) });
const Period = Type.Object(optional(period));
const Characteristic = Type.Object({ name: text, value: Type.Unknown(), ...optional({ valueType: text, ...entity }) });
const CreditProfile = Type.Object({
  creditProfileDate: Type.String({ format: 'date-time' }),
  validFor: Period,
  ...optional({ creditRiskRating: Type.Integer(), creditScore: Type.Integer(), ...entity }),
});
const Medium = Type.Object({
  mediumType: Type.String({ description: 'email address, telephone number, postal address, …' }),
  characteristic: Type.Object(
    optional({
      emailAddress: NewCustomer.properties.email,
      phoneNumber: line(40, 'As dialled'),
      ...{ city: text, contactType: text, country: text, faxNumber: text, postCode: text, socialNetworkId: text },
      ...{ stateOrProvince: text, street1: text, street2: text, ...entity },
    }),
  ),
  ...optional({ preferred: Type.Boolean(), validFor: Period, ...entity }),
});

const status = line(100, 'active or approved: may order. closed: for good. Any other word: may not order');
/** What can be left out, and taken away. */
const more = {
  statusReason: text,
  account: Type.Array(Account),
  agreement: Type.Array(Reference),
  characteristic: Type.Array(Characteristic),
  contactMedium: Type.Array(Medium),
  creditProfile: Type.Array(CreditProfile),
  paymentMethod: Type.Array(Reference),
  relatedParty: Type.Array(Party),
  validFor: Period,
  ...entity,
};

export const TmfCustomer = Type.Object({
  ...optional({ id: id('Of the customer'), href: text, name: text, status, ...more }),
  engagedParty: Type.Optional(Party),
});
export const TmfNewCustomer = Type.Object({
  name: NewCustomer.properties.name,
  engagedParty: Party,
  ...optional({ status, ...more }),
});
/** A merge patch, https://www.rfc-editor.org/rfc/rfc7386: null takes away. TMF629 wants engagedParty in each; here it may be left out. */
export const TmfPatch = Type.Object(
  {
    ...optional({ id: text, href: text, name: NewCustomer.properties.name, status }),
    ...nullable({ ...more, validFor: Type.Object(nullable(period)) }),
    engagedParty: Type.Optional(
      Type.Object({ id: text, '@referredType': text, ...nullable({ ...reference, role: text }) }),
    ),
  },
  { minProperties: 1 },
);

type Body = TmForum & { readonly name?: string; readonly id?: string; readonly href?: string };
type Said = Partial<Pick<Customer, 'name' | 'email' | 'phone' | 'status' | 'tmForum'>>;

export function toTmf({ id, name, status, email, phone, tmForum }: Customer) {
  const contactMedium = [
    ...(email === null ? [] : [{ mediumType: 'email', preferred: true, characteristic: { emailAddress: email } }]),
    ...(phone === null ? [] : [{ mediumType: 'phone', characteristic: { phoneNumber: phone } }]),
  ];
  return {
    ...{ engagedParty: { id, name, '@referredType': 'Individual' }, status, '@type': 'Customer' },
    ...(contactMedium.length > 0 && { contactMedium }),
    ...tmForum,
    ...{ id, href: `${BASE}/${id}`, name },
  };
}

/** @throws Problem where something cannot be stored */
export function fromTmf(body: Body): Said {
  for (const name of ['id', 'href'] as const) {
    if (name in body) throw invalid(name, `is given by the service, and cannot be ${body[name]}: leave it out`);
  }
  return said(body);
}

/** What a merge patch makes of a customer. @throws Problem where something cannot be stored or changed */
export function patched(before: Customer, { id, href, ...patch }: Body): Said {
  const shown = toTmf(before);
  for (const [name, given] of Object.entries({ id, href })) {
    const own = shown[name as 'id' | 'href'];
    if (given !== undefined && given !== own) throw invalid(name, `is ${own} for good, and cannot become ${given}`);
  }
  const { name, ...kept } = { name: before.name, ...before.tmForum };
  const party = patch.engagedParty;
  const base = {
    ...{ status: before.status, ...kept, name },
    // A reference is one value: what was said of another party is not true of this one.
    ...(party && { engagedParty: party.id === shown.engagedParty.id ? shown.engagedParty : {} }),
  };
  const { email, phone, ...rest } = said(merged(base, patch) as Body);
  return 'contactMedium' in patch ? { ...rest, email: email!, phone: phone! } : rest;
}

function said({ name, status: word, ...rest }: Body): Said {
  const media = rest.contactMedium ?? [];
  const status = word === undefined ? 'active' : statusOf(word);
  const tmForum: TmForum = { ...rest, ...(word !== undefined && word !== status && { status: word }) };
  assertStorable(tmForum, '');
  const bytes = Buffer.byteLength(JSON.stringify(tmForum));
  if (bytes > LARGEST)
    throw invalid('', `is more than a customer has room for: ${bytes} bytes, and ${LARGEST} at most`);
  return {
    ...(name !== undefined && { name }),
    ...{ status, email: addressOf(media, 'emailAddress'), phone: addressOf(media, 'phoneNumber') },
    tmForum: Object.keys(tmForum).length > 0 ? tmForum : null,
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc7386 */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of properties, and all that JSON can be, come from outside; PostgreSQL's does not take all of it. */
function assertStorable(value: unknown, pointer: string): void {
  if (typeof value === 'string' && (value.includes('\u0000') || /\p{Surrogate}/u.test(value)))
    throw invalid(pointer, 'has a NUL or half a character in it, which cannot be stored');
  if (typeof value === 'number' && !Number.isFinite(value))
    throw invalid(pointer, 'is larger than numbers are here: at most 1.7e308. Send it as text');
  if (typeof value !== 'object' || value === null) return;
  if (pointer.split('/').length > DEEPEST) throw invalid(pointer, `is more than ${DEEPEST} levels deep`);
  for (const [name, part] of Object.entries(value)) {
    assertStorable(name, `${pointer}/…`);
    assertStorable(part, `${pointer}/${name}`);
  }
}

const invalid = (pointer: string, detail: string) => {
  const place = `body${pointer && `/${pointer.replace(/^\//, '')}`}`;
  return new Problem(400, 'invalid', `${place} ${detail}.`, [{ pointer: place, detail }]);
};
