import type { Waiting } from '../database/outbox.ts';
import type { Received } from '../events/bus.ts';
import { DEAD_LETTERS } from '../events/catalogue.ts';

export type Reason = 'not-a-cloud-event' | 'unknown-version' | 'invalid-data' | 'handler-failed';

export interface Verdict {
  readonly consumer: string;
  readonly reason: Reason;
  readonly detail: string;
  readonly attempts: number;
}

/** A letter that waits to be sent. */
export type Letter = Omit<Waiting, 'seq'>;

/** A broker takes a batch of 1,048,588 bytes, with the headers, the key, and what Kafka adds to each record and header. */
const LARGEST = 1_000_000;
const OF_A_RECORD = 100;
const OF_A_HEADER = 10;
const LONGEST_DETAIL = 500;

/**
 * What can be kept of a message, with what became of it in headers: all of it, then without its value, then only where it
 * was read, which is enough to replay it. Never more than a broker takes.
 */
export function deadLetters(message: Received, verdict: Verdict): Letter[] {
  const { key, value, headers } = message;
  const said = about(message, verdict);
  const letter = (
    left: { key: Buffer | null; value: Buffer | null; headers: Letter['headers'] },
    out: object,
  ): Letter => ({
    ...{ topics: [DEAD_LETTERS], key: left.key, value: left.value },
    headers: { ...left.headers, ...texts({ ...said, ...out }) },
  });
  const valueOut = value === null ? {} : { dlq_value: leftOut(value.length) };
  const whole = letter({ key, value, headers }, { dlq_value: 'whole' });
  const some = letter({ key, value: null, headers }, valueOut);
  const place = letter(
    { key: null, value: null, headers: {} },
    {
      ...valueOut,
      ...(key && { dlq_key: leftOut(key.length) }),
      dlq_headers: leftOut(sizeOfHeaders(headers)),
    },
  );
  return [...[whole, some].filter((letter) => size(letter) <= LARGEST), place];
}

const about = ({ topic, partition, offset }: Received, { consumer, reason, detail, attempts }: Verdict) => ({
  dlq_consumer: consumer,
  dlq_reason: reason,
  dlq_detail: detail.slice(0, LONGEST_DETAIL),
  dlq_attempts: `${attempts}`,
  dlq_topic: topic,
  dlq_partition: `${partition}`,
  dlq_offset: `${offset}`,
});

const texts = (said: object) =>
  Object.fromEntries(Object.entries(said).map(([name, text]) => [name, Buffer.from(text as string)]));

const leftOut = (bytes: number) => `left out: ${bytes} bytes`;

const sizeOfHeaders = (headers: Letter['headers']) =>
  Object.entries(headers).reduce((sum, [name, { length }]) => sum + Buffer.byteLength(name) + length + OF_A_HEADER, 0);

const size = ({ key, value, headers }: Letter) =>
  OF_A_RECORD + (key?.length ?? 0) + (value?.length ?? 0) + sizeOfHeaders(headers);
