import type { Consumer } from '@platformatic/kafka';

/**
 * The offsets that a partition has of what is asked for.
 * @param wanted without `last`, to the end
 * @throws Error that says what there is, if it is not all there
 */
export async function rangeIn(
  consumer: Pick<Consumer<Buffer, Buffer, Buffer, Buffer>, 'listOffsets' | 'metadata'>,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { first, last }: { readonly first: bigint; readonly last?: bigint },
): Promise<{ readonly first: bigint; readonly last: bigint }> {
  const { topics } = await consumer.metadata({ topics: [topic], forceUpdate: true }).catch((error) => {
    throw new Error(`Kafka does not tell of the topic ${topic}; is that its name? ${reasons(error)}`);
  });
  const count = topics.get(topic)?.partitionsCount ?? 0;
  if (partition >= count) {
    throw new Error(`${topic} has no partition ${partition}: it has ${count}, from 0 to ${count - 1}.`);
  }
  const [begin, end] = (await Promise.all(
    // The first that is kept, and the one that the next message gets.
    [-2n, -1n].map(async (timestamp) => {
      const offsets = await consumer.listOffsets({ topics: [topic], timestamp });
      return offsets.get(topic)![partition]!;
    }),
  )) as [bigint, bigint];
  const place = `${topic}, partition ${partition}`;
  if (begin === end) throw new Error(`${place} holds nothing: the next message gets offset ${end}.`);
  const range = `it holds the offsets ${begin} to ${end - 1n}`;
  for (const [name, offset] of Object.entries({ first, last: last ?? first })) {
    if (offset < begin || offset >= end) throw new Error(`--${name} ${offset} is not in ${place}: ${range}.`);
  }
  if (last !== undefined && last < first) throw new Error(`--last ${last} is before --first ${first}.`);
  return { first, last: last ?? end - 1n };
}

/** The client wraps what the broker says. */
const reasons = (error: Error & { errors?: Error[] }): string =>
  [error.message, ...(error.errors ?? []).map(reasons)].join(': ');
