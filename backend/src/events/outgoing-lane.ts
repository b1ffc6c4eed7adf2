import { compatibilityPartitioner } from '@platformatic/kafka';
import type { Message, RefusedMessage } from './bus.ts';
import { type Place, placeName } from './place.ts';
import { batchLength } from './record-batch.ts';

/** Brokers take that much unless they are told otherwise; a topic that takes less says so. */
export const LARGEST_BATCH = 1_048_588;
/** Of all batches of one request: far below the 100 MiB at which a broker hangs up, and soon sent. */
const LARGEST_REQUEST = 4 * 1024 * 1024;
/** Alone and whatever the topic takes: a broker that hangs up says nothing about the record. */
const LARGEST_RECORD = 32 * 1024 * 1024;

/** What waits for one partition, in its order. */
export interface OutgoingLane extends Place {
  readonly waiting: Message[];
  /** Bytes of a batch. */
  limit: number;
  problem: string | undefined;
  /** How often the first record has come damaged. */
  damaged: number;
}

/** What one partition gets with the next request. */
export type RecordBatch = { readonly lane: OutgoingLane; readonly messages: Message[]; readonly size: number };

/** Puts a message behind the others of its partition. */
export function enter(lanes: Map<string, OutgoingLane>, message: Message, count: number): void {
  const { topic, key } = message;
  // The key's partition is the one that Java's clients choose, so that both may write one topic.
  const partition = key ? compatibilityPartitioner({ topic }, key) % count : 0;
  const lane: OutgoingLane = lanes.get(placeName({ topic, partition })) ?? {
    topic,
    partition,
    waiting: [],
    limit: LARGEST_BATCH,
    problem: undefined,
    damaged: 0,
  };
  lanes.set(placeName(lane), lane);
  lane.waiting.push(message);
}

/** One batch for each partition that has something left, as far as a request may hold them. */
export function cut(lanes: OutgoingLane[], refusals: RefusedMessage[]): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let request = 0;
  for (const lane of lanes) {
    while (lane.waiting.length > 0) {
      const { length, size } = batchLength(lane.waiting, lane.limit);
      if (length === 1 && size > LARGEST_RECORD) {
        const reason = `larger than what is sent: ${size} bytes, and ${LARGEST_RECORD} are the most`;
        refusals.push({ message: lane.waiting.shift()!, reason });
        continue;
      }
      if (request > 0 && request + size > LARGEST_REQUEST) return batches;
      request += size;
      batches.push({ lane, messages: lane.waiting.slice(0, length), size });
      break;
    }
  }
  return batches;
}
