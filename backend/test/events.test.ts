import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { compatibilityPartitioner, createRecordsBatch } from '@platformatic/kafka';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { CloudEvent as SdkEvent, Kafka as SdkKafka } from 'cloudevents';
import type { Event } from '../src/events/catalogue.ts';
import { fromMessage, toMessage } from '../src/events/cloud-event.ts';
import { dataErrors } from '../src/events/data-errors.ts';
import { faultOf } from '../src/events/errors.ts';
import { sendable } from '../src/events/producer.ts';
import { batchLength } from '../src/events/record-batch.ts';
import { batchSize } from './batch-size.ts';
import { runChain } from './chain.ts';
import { type Service, startService, waitingIn } from './service.ts';

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

  const written = {
    ...{ id: 'a-1', source: 'urn:bss:customer-service', type: 'com.droid.bss.customer.created', subject: '42' },
    ...{ time: '2026-11-20T10:00:00.000Z', dataschema: 'urn:bss:schema:customer.created:1' },
  };
  const expected = { ...written, actor: 'ann', sequence: '3', data: { name: 'Ærøskøbing' } };
  const whole = { ...written, specversion: '1.0', actor: 'ann', sequence: 3, data: expected.data };
  const buffers = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
  const structured = (event: object, contentType?: string) =>
    fromMessage({
      value: Buffer.from(JSON.stringify(event)),
      headers: buffers(contentType === undefined ? {} : { 'content-type': contentType }),
    });
  const binary = (value: Buffer | string | null, more: Record<string, string> = {}) => {
    const attributes = { specversion: '1.0', ...written, actor: 'ann', sequence: '3' };
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce_${name}`, text]));
    return fromMessage({
      value: value === null ? null : Buffer.from(value),
      headers: buffers({ ...headers, ...more }),
    });
  };

  for (const type of [
    'application/cloudevents+json',
    'application/cloudevents+json; charset=utf-8',
    'Application/CloudEvents+JSON;charset="UTF-8"',
    ' application/cloudevents+json ;x=y',
    'application/cloudevents',
    undefined,
  ]) {
    test(`a whole event in the value is read with the content type ${type}`, () => {
      assert.deepEqual(structured(whole, type), expected);
    });
  }

  test('the whole event may have its data in Base64, as JSON or as anything else', () => {
    const { data, ...rest } = whole;
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const type = 'application/cloudevents+json';
    for (const datacontenttype of [
      undefined,
      'application/json',
      'Application/JSON; charset=utf-8',
      'text/vnd.x+json',
    ]) {
      const given = { ...rest, datacontenttype, data_base64: base64(JSON.stringify(data)) };
      assert.deepEqual(structured(given, type), expected);
    }
    const xml = { ...rest, datacontenttype: 'text/xml', data_base64: base64('<a/>') };
    assert.equal(structured(xml, type).data, '<a/>');
    assert.equal(structured({ ...rest, data_base64: null, data: null }, type).data, null);
  });

  test('the SDK writes binary data as Base64, and we read it', () => {
    const { data, sequence, ...rest } = expected;
    const bytes = new Uint8Array(Buffer.from(JSON.stringify(data)));
    const { value, headers } = SdkKafka.structured(
      new SdkEvent({ ...rest, sequence, datacontenttype: 'application/json', data: bytes }),
    );
    assert.ok(String(value).includes('"data_base64"'), String(value));
    const given = Object.entries(headers).map(([name, text]) => [name.toLowerCase(), Buffer.from(String(text))]);
    assert.deepEqual(fromMessage({ value: Buffer.from(String(value)), headers: Object.fromEntries(given) }), expected);
  });

  test('attributes in JSON may be null, which is absent, and extensions numbers and booleans', () => {
    const type = 'application/cloudevents+json';
    assert.deepEqual(structured({ ...whole, actor: true, subject: null }, type), {
      ...expected,
      ...{ actor: 'true', subject: '-' },
    });
  });

  test('in binary mode JSON is read by its media type, in any case and with parameters; other data is text', () => {
    const json = JSON.stringify(expected.data);
    for (const type of [
      'application/json',
      'Application/JSON; charset=utf-8',
      'application/vnd.bss+json',
      'TEXT/JSON',
    ]) {
      assert.deepEqual(binary(json, { 'content-type': type }), expected, type);
      assert.deepEqual(binary(json, { 'Content-Type': type }), expected, type);
    }
    assert.deepEqual(binary(json), expected, 'without a content type');
    assert.equal(binary('<a/>', { 'content-type': 'application/xml' }).data, '<a/>');
    for (const nothing of [null, '']) {
      assert.equal(binary(nothing, { 'content-type': 'application/json' }).data, undefined);
      assert.equal(dataErrors('com.droid.bss.customer.created', binary(nothing).data), 'data must be object');
    }
  });

  test('names of headers are read in any case', () => {
    const { value, headers } = toMessage(service.events[0]!);
    const upper = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toUpperCase(), text]));
    assert.deepEqual(fromMessage({ value, headers: upper }), fromMessage({ value, headers }));
  });

  const noEvents: [string, () => unknown, RegExp][] = [
    ['a batch', () => structured([whole], 'application/cloudevents-batch+json'), /^it is a batch .*message of its own/],
    ['a batch of another case', () => structured([whole], 'Application/CloudEvents-Batch+JSON'), /^it is a batch/],
    ['Avro', () => structured(whole, 'application/cloudevents+avro'), /its format is application\/cloudevents\+avro/],
    ['an array', () => structured([whole], 'application/cloudevents+json'), /no specversion/],
    ['JSON that is no object', () => structured(5 as never, 'application/cloudevents+json'), /no JSON object/],
    ['JSON without a content type that is no event', () => structured({ a: 1 }), /no specversion/],
    ['an event of version 0.3', () => structured({ ...whole, specversion: '0.3' }), /no specversion 1.0/],
    ['data twice', () => structured({ ...whole, data_base64: '' }), /data and data_base64/],
    ['data_base64 that is a number', () => structured({ ...whole, data: undefined, data_base64: 5 }), /no Base64/],
    ['data_base64 that is text', () => structured({ ...whole, data: undefined, data_base64: 'a b' }), /no Base64/],
    ['JSON in Base64 that is none', () => structured({ ...whole, data: undefined, data_base64: 'YQ==' }), /no JSON/],
    ['an id that is an object', () => structured({ ...whole, id: {} }), /its id is no text/],
    [
      'an attribute of the prototype',
      () => structured({ ...whole, type: undefined, __proto__: { type: 'x' } }),
      /its type/,
    ],
    ['Latin 1', () => binary(Buffer.from('{"name":"\xe6"}', 'latin1')), /no UTF-8/],
    ['a value that is no JSON', () => binary('x', { 'content-type': 'application/json' }), /no JSON/],
    ['an empty subject', () => binary('{}', { ce_subject: '' }), /its subject/],
  ];
  for (const [what, read, why] of noEvents) {
    test(`${what} is no event, and why is said`, () => {
      assert.throws(read, ({ message }: Error) => why.test(message));
    });
  }

  test('an event comes out of the outbox as it went in', async () => {
    const waiting = await waitingIn(service);
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
    const before = (await waitingIn(service)).length;
    await assert.rejects(
      service.database.change('test', async ({ db, announce }) => {
        const { rows } = await db.query('SELECT id FROM customer LIMIT 1');
        announce('com.droid.bss.customer.updated', rows[0].id, 1, {} as never);
        throw new Error('no');
      }),
    );
    assert.equal((await waitingIn(service)).length, before);
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
