import { headerList, type Message } from './bus.ts';

/** First offset, length, epoch, magic, CRC, attributes, counts, times, producer. */
const BATCH_HEADER = 61;

/** Of a signed number, seven bits to a byte. */
function varint(value: number): number {
  let bytes = 1;
  for (let zigzag = value < 0 ? -2 * value - 1 : 2 * value; zigzag >= 128; zigzag = Math.floor(zigzag / 128))
    bytes += 1;
  return bytes;
}

const bytes = (content: Buffer | null) => (content === null ? varint(-1) : varint(content.length) + content.length);

function recordSize(message: Message, index: number): number {
  const { key, value } = message;
  // Attributes, and the time since the first record, which is the same one.
  let size = 1 + 1 + varint(index) + bytes(key) + bytes(value);
  const entries = headerList(message);
  size += varint(entries.length);
  for (const [name, content] of entries) {
    const length = Buffer.byteLength(name);
    size += varint(length) + length + bytes(content);
  }
  return varint(size) + size;
}

/**
 * How many of the messages, from the first on, are a batch of at most that size: one at least. Sizes are as Kafka counts them
 * for `max.message.bytes`, without compression.
 * @see https://kafka.apache.org/36/documentation.html#recordbatch
 */
export function batchLength(messages: readonly Message[], limit: number): { length: number; size: number } {
  let size = BATCH_HEADER;
  for (const [index, message] of messages.entries()) {
    const next = size + recordSize(message, index);
    if (index > 0 && next > limit) return { length: index, size };
    size = next;
  }
  return { length: messages.length, size };
}
