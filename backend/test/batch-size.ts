import type { Message } from '../src/events/bus.ts';
import { batchLength } from '../src/events/record-batch.ts';

/** Bytes of all of them as one batch. */
export const batchSize = (messages: readonly Message[]): number => batchLength(messages, Number.POSITIVE_INFINITY).size;
