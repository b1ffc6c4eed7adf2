import { randomUUID } from 'node:crypto';
import { Consumer } from '@platformatic/kafka';

export interface TextRecord {
  readonly key: string;
  readonly value: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly headers: Record<string, string>;
}

/** Everything on a topic up to now, as text. */
export async function readTopic(bootstrapBrokers: string[], topic: string): Promise<TextRecord[]> {
  const consumer = new Consumer({
    clientId: 'test',
    groupId: randomUUID(),
    bootstrapBrokers,
    maxWaitTime: 200,
  });
  try {
    const ends = (await consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic)!;
    let left = Number(ends.reduce((sum, end) => sum + end, 0n));
    const records: TextRecord[] = [];
    if (left === 0) return records;
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
    for await (const { key, value, partition, offset, headers } of stream) {
      const text = Object.fromEntries([...headers].map(([name, content]) => [name.toString(), content.toString()]));
      records.push({ key: key?.toString() ?? '', value: value?.toString() ?? '', partition, offset, headers: text });
      left -= 1;
      if (left === 0) break;
    }
    return records;
  } finally {
    await consumer.close(true);
  }
}
