/** The offsets that a partition keeps: from the first to before the one that the next message gets. */
interface Kept {
  readonly topic: string;
  readonly partition: number;
  readonly begin: bigint;
  readonly end: bigint;
}

/**
 * The offsets that a partition has of what is asked for.
 * @param wanted without `last`, to the end
 * @throws Error that says what there is, if it is not all there
 */
export function rangeIn(
  { topic, partition, begin, end }: Kept,
  { first, last }: { readonly first: bigint; readonly last?: bigint },
): { readonly first: bigint; readonly last: bigint } {
  const place = `${topic}, partition ${partition}`;
  if (begin === end) throw new Error(`${place} holds nothing: the next message gets offset ${end}.`);
  const range = `it holds the offsets ${begin} to ${end - 1n}`;
  for (const [name, offset] of Object.entries({ first, last: last ?? first })) {
    if (offset < begin || offset >= end) throw new Error(`--${name} ${offset} is not in ${place}: ${range}.`);
  }
  if (last !== undefined && last < first) throw new Error(`--last ${last} is before --first ${first}.`);
  return { first, last: last ?? end - 1n };
}
