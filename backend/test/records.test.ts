import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compatibilityPartitioner, createRecordsBatch } from '@platformatic/kafka';
import { faultOf } from '../src/events/errors.ts';
import { sendable } from '../src/events/producer.ts';
import { batchLength } from '../src/events/record-batch.ts';
import { batchSize } from './batch-size.ts';

describe('records', () => {
  /** Key and partition of 12, as Java's murmur2 has them. */
  const golden = { '21': 0, foobar: 6, 'a-little-bit-long-string': 8, 'a-little-bit-longer-string': 11, abc: 3 };

  test('keys go to the partitions that clients in Java choose', () => {
    for (const [key, partition] of Object.entries(golden)) {
      const hash = compatibilityPartitioner({ topic: 'any' }, Buffer.from(key));
      assert.equal(hash % 12, partition, key);
    }
  });

  /** Keys and values of lengths around the steps of variable-length numbers. */
  const lengths = [0, 1, 62, 63, 64, 127, 128, 8190, 8191, 8192, 16_384, 1_048_575, 1_048_576, 1_100_000];
  const plain = (value: Buffer | null, key: Buffer | null = null, headers: Record<string, Buffer> = {}) => ({
    ...{ topic: 'any', key, value, headers },
  });

  test('a batch is as long as Kafka counts it', () => {
    const batches = [
      ...lengths.map((length) => [plain(Buffer.alloc(length), Buffer.alloc(length % 300))]),
      [plain(null, Buffer.from('tombstone'))],
      [plain(null)],
      [plain(Buffer.from('x'), null, { ærø: Buffer.alloc(70), b: Buffer.alloc(0) })],
      Array.from({ length: 300 }, (_, index) =>
        plain(Buffer.alloc(index), Buffer.from('key'), { a: Buffer.from('b') }),
      ),
    ];
    for (const batch of batches) {
      const now = BigInt(Date.now());
      const records = batch.map((message) => ({ ...sendable(message), timestamp: now }));
      assert.equal(batchSize(batch), createRecordsBatch(records as never).length, `${batch.length} records`);
    }
  });

  test('a batch is cut where the next record would be one byte too much, and holds one record at least', () => {
    const messages = Array.from({ length: 100 }, () => plain(Buffer.alloc(100)));
    const size = batchSize(messages.slice(0, 64));
    assert.deepEqual(batchLength(messages, size), { length: 64, size });
    assert.equal(batchLength(messages, size - 1).length, 63);
    assert.equal(batchLength(messages, 1).length, 1);
  });

  /** As a broker names its errors. */
  const faults = {
    record: ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP', 'CORRUPT_MESSAGE'],
    topic: ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'],
    name: ['INVALID_TOPIC_EXCEPTION'],
    passing: [
      ...['NOT_LEADER_OR_FOLLOWER', 'LEADER_NOT_AVAILABLE', 'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'],
      ...['REQUEST_TIMED_OUT', 'KAFKA_STORAGE_ERROR', 'NETWORK_EXCEPTION', 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
      ...['UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH', 'CLUSTER_AUTHORIZATION_FAILED', 'UNKNOWN_SERVER_ERROR'],
    ],
  };
  for (const [fault, errors] of Object.entries(faults)) {
    test(`whose fault it is: ${fault}, of ${errors.join(', ')}`, () => {
      for (const error of errors) assert.equal(faultOf(error), fault, error);
    });
  }
});
