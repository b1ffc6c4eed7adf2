import type { Waiting } from '../database/outbox.ts';
import type { Received } from '../events/bus.ts';
import { DEAD_LETTERS } from '../events/catalogue.ts';

export type Reason = 'not-a-cloud-event' | 'unknown-version' | 'invalid-data' | 'handler-failed';

/** A broker takes a message of 1 MiB, and the headers below come on top of what was read. */
const LARGEST_VALUE = 900 * 1024;
const LONGEST_DETAIL = 500;

/** The message as it was read, with what became of it in headers. Where it was read is enough to replay it. */
export function deadLetter(
  { topic, partition, offset, key, value, headers }: Received,
  verdict: { consumer: string; reason: Reason; detail: string; attempts: number },
): Omit<Waiting, 'seq'> {
  const whole = value === null || value.length <= LARGEST_VALUE;
  const said = {
    dlq_consumer: verdict.consumer,
    dlq_reason: verdict.reason,
    dlq_detail: verdict.detail.slice(0, LONGEST_DETAIL),
    dlq_attempts: `${verdict.attempts}`,
    dlq_topic: topic,
    dlq_partition: `${partition}`,
    dlq_offset: `${offset}`,
    dlq_value: whole ? 'whole' : `left out: ${value.length} bytes`,
  };
  return {
    topics: [DEAD_LETTERS],
    key,
    value: whole ? value : null,
    headers: {
      ...headers,
      ...Object.fromEntries(Object.entries(said).map(([name, text]) => [name, Buffer.from(text)])),
    },
  };
}
