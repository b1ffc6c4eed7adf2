import { Type } from 'typebox';

/** What a customer has that only TM Forum's API knows. */
export interface TmForum extends Readonly<Record<string, unknown>> {
  /** Its word, where that is not the customer's own status. */
  readonly status?: string;
  readonly engagedParty?: { readonly id: string } & Readonly<Record<string, unknown>>;
  readonly contactMedium?: readonly ContactMedium[];
}

export interface ContactMedium {
  readonly mediumType: string;
  readonly preferred?: boolean;
  readonly characteristic: Readonly<Partial<Record<Address, string>>>;
}

/** Of what the customer can be reached by. */
export type Address = 'emailAddress' | 'phoneNumber';

export const TmForum = Type.Unsafe<TmForum | null>(
  Type.Union([Type.Null(), Type.Object({}, { additionalProperties: true })], {
    description: 'What TMF629 v4 has and is nothing else here: engagedParty, contactMedium, characteristic, account, …',
  }),
);
