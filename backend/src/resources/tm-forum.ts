import type { Address, ContactMedium } from '../schemas/tm-forum.ts';

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
