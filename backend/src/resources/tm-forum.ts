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

type Address = 'emailAddress' | 'phoneNumber';

export const TmForum = Type.Unsafe<TmForum | null>(
  Type.Union([Type.Null(), Type.Object({}, { additionalProperties: true })], {
    description: 'What TMF629 v4 has and is nothing else here: engagedParty, contactMedium, characteristic, account, …',
  }),
);

/** What a customer may do whose status is this word: TM Forum leaves it to everyone. One that is not known does not let order. */
export function statusOf(word: string): 'active' | 'suspended' | 'closed' {
  const known = word.toLowerCase();
  if (known === 'closed') return known;
  return known === 'active' || known === 'approved' ? 'active' : 'suspended';
}

/** The address that the customer is written to, or called at: of the preferred medium, or else of the first one that has any. */
export function addressOf(media: readonly ContactMedium[], kind: Address): string | null {
  return source(media, kind)?.characteristic[kind] ?? null;
}

/** The media with another such address; null takes all of that kind away. */
export function withAddress(
  media: readonly ContactMedium[],
  kind: Address,
  address: string | null,
): readonly ContactMedium[] {
  if (address === null)
    return media.flatMap(({ characteristic: { [kind]: gone, ...rest }, ...medium }) =>
      gone !== undefined && Object.keys(rest).length === 0 ? [] : [{ ...medium, characteristic: rest }],
    );
  const replaced = source(media, kind);
  const changed = { characteristic: { ...replaced?.characteristic, [kind]: address } };
  if (!replaced) return [...media, { mediumType: kind === 'emailAddress' ? 'email' : 'phone', ...changed }];
  return media.map((medium) => (medium === replaced ? { ...medium, ...changed } : medium));
}

function source(media: readonly ContactMedium[], kind: Address): ContactMedium | undefined {
  const able = media.filter(({ characteristic }) => characteristic[kind] !== undefined);
  return able.find(({ preferred }) => preferred) ?? able[0];
}
