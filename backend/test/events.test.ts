import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { compatibilityPartitioner, createRecordsBatch } from '@platformatic/kafka';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { CloudEvent as SdkEvent, Kafka as SdkKafka } from 'cloudevents';
import type { Event } from '../src/database/database.ts';
import { oldest } from '../src/database/outbox.ts';
import { batchLength, batchSize } from '../src/events/batch.ts';
import { fromMessage, toMessage } from '../src/events/cloud-event.ts';
import { faultOf, sendable } from '../src/events/publisher.ts';
import { runChain } from './chain.ts';
import { type Service, startService } from './service.ts';

describe('events', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('events');
    await runChain(service);
  });
  after(() => service.end());

  const strings = (headers: Record<string, Buffer>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString()]));

  test('what is announced is what the checked-in schemas say, for every type', () => {
    const ajv = new Ajv();
    formats.default(ajv);
    const seen = new Set<string>();
    for (const event of service.events) {
      const schema = JSON.parse(readFileSync(`events/${event.type}.json`, 'utf8'));
      assert.equal(event.dataschema, schema.$id);
      const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
      assert.ok(validate(event.data), `${event.type}: ${ajv.errorsText(validate.errors)}`);
      seen.add(event.type);
    }
    assert.ok(seen.size >= 17, `the chain shows only ${[...seen].join(', ')}`);
  });

  test('the CloudEvents SDK reads what we write, in binary mode', () => {
    for (const event of service.events) {
      const { value, headers } = toMessage(event);
      const message = { key: event.subject, value: value!.toString(), headers: strings(headers), body: undefined };
      const read = SdkKafka.toEvent(message) as SdkEvent<unknown>;
      read.validate();
      const { id, source, type, subject, time, dataschema, data } = read;
      assert.deepEqual(
        { id, source, type, subject, dataschema, data },
        {
          ...{ id: event.id, source: event.source, type: event.type, subject: event.subject },
          ...{ dataschema: event.dataschema, data: event.data },
        },
      );
      assert.equal(new Date(time!).toISOString(), event.time);
      assert.equal(read['sequence'], event.sequence);
      assert.equal(read.datacontenttype, 'application/json');
    }
  });

  test('we read what the CloudEvents SDK writes, in binary and in structured mode', () => {
    const given = {
      ...{ id: 'a-1', source: 'urn:bss:customer-service', type: 'com.droid.bss.customer.created', subject: '42' },
      ...{
        time: '2026-11-20T10:00:00.000Z',
        dataschema: 'urn:bss:schema:customer.created:1',
        actor: 'ann',
        sequence: '3',
      },
      data: { name: 'Ærøskøbing' },
    };
    for (const mode of ['binary', 'structured'] as const) {
      const { value, headers } = SdkKafka[mode](new SdkEvent({ ...given, datacontenttype: 'application/json' }));
      const buffers = Object.fromEntries(
        Object.entries(headers).flatMap(([name, text]) =>
          text === undefined ? [] : [[name.toLowerCase(), Buffer.from(String(text))]],
        ),
      );
      const message = {
        value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
        headers: buffers,
      };
      assert.deepEqual(fromMessage(message), given);
    }
  });

  test('an event comes out of the outbox as it went in', async () => {
    const waiting = await oldest(service.database.pool, 10_000);
    const announced = service.events.map((event) => JSON.parse(JSON.stringify(event)) as Event);
    assert.deepEqual(waiting.map(fromMessage), announced);
    assert.deepEqual(waiting[0]!.topics, ['bss.customer.events', 'bss.events']);
  });

  test('a customer that was created is told in the documented form', () => {
    const event = service.events.find(({ type }) => type === 'com.droid.bss.customer.created')!;
    const { key, value, headers } = toMessage(event);
    const { ce_id, ce_time, traceparent, ce_traceparent, ...constant } = strings(headers);
    assert.deepEqual(constant, {
      ...{ ce_specversion: '1.0', ce_source: 'urn:bss:customer-service', ce_type: 'com.droid.bss.customer.created' },
      ...{ ce_subject: event.subject, ce_dataschema: 'urn:bss:schema:customer.created:1', ce_sequence: '1' },
      ...{ ce_actor: 'anonymous', 'content-type': 'application/json' },
    });
    assert.match(ce_id!, /^[0-9a-f-]{36}$/);
    assert.match(ce_time!, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.match(traceparent!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
    assert.equal(traceparent, ce_traceparent);
    assert.equal(key!.toString(), event.subject);
    assert.equal(JSON.parse(value!.toString()).id, event.subject);
  });

  test('events go on with the trace and the actor of their request', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01`, 'x-consumer-username': 'ann' };
    await service.ask('POST', '/api/customers', { name: 'Ada', email: 'ada@example.com' }, headers);
    const event = service.events.at(-1)!;
    assert.equal(event.actor, 'ann');
    assert.equal(event.traceparent!.split('-')[1], trace);
  });

  test('a change that is rolled back announces nothing', async () => {
    const before = (await oldest(service.database.pool, 10_000)).length;
    await assert.rejects(
      service.database.change('test', async ({ db, announce }) => {
        const { rows } = await db.query('SELECT id FROM customer LIMIT 1');
        announce('com.droid.bss.customer.updated', rows[0].id, 1, {} as never);
        throw new Error('no');
      }),
    );
    assert.equal((await oldest(service.database.pool, 10_000)).length, before);
  });

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
