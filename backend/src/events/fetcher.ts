import { type Consumer, protocolErrorsCodesById } from '@platformatic/kafka';
import { within } from '../within.ts';
import type { Message, Received } from './bus.ts';
import { kafkaErrors, leaves } from './errors.ts';
import { type Place, placeName } from './place.ts';

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
type Partition = FetchResponse['responses'][number]['partitions'][number];

export interface Topic {
  /** Another one when the topic was deleted and made again. */
  readonly id: string;
  /** Of each partition, by number; undefined while there is none. */
  readonly leaders: readonly (number | undefined)[];
}

/** What a group has divided among its members. */
export const signature = (topics: ReadonlyMap<string, Topic>) =>
  [...topics]
    .map(([name, { id, leaders }]) => `${name} ${id} ${leaders.length}`)
    .sort()
    .join();

/** What a partition has from an offset on, where it goes on, and where it ends; or Kafka's name of what is the matter with it. */
export type Fetched =
  | { readonly messages: Received[]; readonly next: bigint; readonly end: bigint }
  | { readonly error: string };

/** A fetch comes back after half a second; a connection that answers nothing is noticed by the client before that. */
const DEADLINE = 40_000;
const CONTROL = 1 << 5;
const ABORT = 0;

/** That a batch came, and is none that can be read. */
export class Undecodable extends Error {}

/** Reads partitions, each from its own offset, and belongs to no group. */
export class Fetcher {
  constructor(
    readonly client: Consumer,
    private readonly maxBytesPerPartition: number,
  ) {}

  /** Those of the topics that are there. */
  async topics(names: readonly string[]): Promise<Map<string, Topic>> {
    const found = new Map<string, Topic>();
    try {
      for (const [name, topic] of await this.metadata(names)) found.set(name, topic);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      // The answer to a question about many does not say for sure which one it is.
      for (const name of names) {
        const one = await this.metadata([name]).catch((reason) => {
          if (isUnknown(reason)) return [];
          throw reason;
        });
        for (const [name, topic] of one) found.set(name, topic);
      }
    }
    return found;
  }

  private async metadata(names: readonly string[]): Promise<(readonly [string, Topic])[]> {
    try {
      // The client sorts what it is given.
      const { topics } = await this.client.metadata({ topics: [...names], forceUpdate: true, retries: 0 });
      return names.map((name) => {
        const { id, partitions } = topics.get(name)!;
        return [name, { id, leaders: partitions.map(({ leader }) => leader) }] as const;
      });
    } catch (error) {
      // One partition without a leader makes an error of the whole answer.
      const { topics } = (error as { response?: { topics?: RawTopic[] } }).response ?? {};
      if (!topics || kafkaErrors(error).some((name) => name !== 'LEADER_NOT_AVAILABLE')) throw error;
      return topics.map(({ name, topicId, partitions }) => {
        const leaders: (number | undefined)[] = [];
        for (const { partitionIndex, leaderId } of partitions)
          leaders[partitionIndex] = leaderId < 0 ? undefined : leaderId;
        return [name, { id: topicId, leaders }] as const;
      });
    }
  }

  /** Where a partition begins, or ends. */
  async edge({ topic, partition }: Place, timestamp: -1n | -2n): Promise<bigint> {
    const offsets = await this.client.listOffsets({ topics: [topic], partitions: { [topic]: [partition] }, timestamp });
    return offsets.get(topic)![partition]!;
  }

  /**
   * Asks the leader of all these places for what they have.
   * @param most bytes of each; 1 brings one batch, whatever its size
   * @throws Undecodable when one of them has a batch that cannot be read: which one is known when it is asked for alone
   */
  async fetch(
    node: number,
    places: readonly (Place & { readonly offset: bigint; readonly id: string })[],
    most = this.maxBytesPerPartition,
  ): Promise<Map<string, Fetched>> {
    const topics = [...Map.groupBy(places, ({ id }) => id)].map(([topicId, ofTopic]) => ({
      topicId,
      partitions: ofTopic.map(({ partition, offset: fetchOffset }) => ({
        ...{ partition, fetchOffset, partitionMaxBytes: most },
        ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
      })),
    }));
    const response = await within(DEADLINE, this.client.fetch({ node, topics })).catch((error) => {
      const { response } = error as { response?: FetchResponse };
      if (response && response.errorCode === 0) return response;
      throw isOfDecoding(error) ? new Undecodable(`a batch cannot be read: ${(error as Error).message}`) : error;
    });
    const fetched = new Map<string, Fetched>();
    for (const { topicId, partitions } of response.responses) {
      for (const answer of partitions) {
        const place = places.find(({ id, partition }) => id === topicId && partition === answer.partitionIndex);
        if (place)
          fetched.set(placeName(place), answer.errorCode === 0 ? read(answer, place) : { error: named(answer) });
      }
    }
    return fetched;
  }

  async close(): Promise<void> {
    await this.client.close(true);
  }
}

interface RawTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly { readonly partitionIndex: number; readonly leaderId: number }[];
}

const isUnknown = (error: unknown) => error instanceof Error && /^Unknown topic/.test(error.message);

const named = ({ errorCode }: Partition) =>
  (protocolErrorsCodesById as Record<number, string>)[errorCode] ?? `error ${errorCode}`;

/** Neither what a broker has said, nor that none has said anything. */
const isOfDecoding = (error: unknown): boolean =>
  [...leaves(error)].every(
    ({ apiId, code = '' }) =>
      !apiId &&
      !/^E[A-Z]+$|^PLT_KFK_(NETWORK|TIMEOUT|AUTHENTICATION|USER|UNSUPPORTED_API|RESPONSE|UNEXPECTED_CORRELATION_ID)$/.test(
        code,
      ),
  ) && !/^Kafka did not answer/.test((error as Error).message);

/** Without what transactions have left behind that were aborted, and without their marks. */
function read(
  { records, abortedTransactions, highWatermark }: Partition,
  { topic, partition, offset }: Place & { offset: bigint },
) {
  const aborted = (abortedTransactions ?? []).toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  const messages: Received[] = [];
  let next = offset;
  for (const batch of records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (aborted[0] && aborted[0].firstOffset <= last) aborting.add(aborted.shift()!.producerId);
    if (batch.attributes & CONTROL) {
      if (batch.records[0]?.key?.readInt16BE(2) === ABORT) aborting.delete(batch.producerId);
    } else if (!aborting.has(batch.producerId)) {
      for (const { offsetDelta, key, value, headers } of batch.records) {
        const at = batch.firstOffset + BigInt(offsetDelta);
        if (at >= offset) messages.push({ topic, partition, offset: at, key, value, ...readable(headers) });
      }
    }
    next = last + 1n > next ? last + 1n : next;
  }
  return { messages, next, end: highWatermark };
}

function readable(raw: readonly (readonly [Buffer | null, Buffer | null])[]): Pick<Message, 'headers' | 'headerList'> {
  const list = raw.map(([name, content]) => [name?.toString('utf8') ?? '', content ?? Buffer.alloc(0)] as const);
  return {
    headers: Object.fromEntries(list.map(([name, content]) => [name.toLowerCase(), content])),
    headerList: list,
  };
}
