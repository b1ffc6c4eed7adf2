import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CloudEvent as SdkEvent, Kafka as SdkKafka } from 'cloudevents';
import { fromMessage, toMessage } from '../src/events/cloud-event.ts';
import { dataErrors } from '../src/events/data-errors.ts';

describe('an event that others wrote', () => {
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
    const { value, headers } = toMessage(expected);
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
});
