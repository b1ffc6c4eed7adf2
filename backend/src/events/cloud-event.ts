import { isUtf8 } from 'node:buffer';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { Headers, Message } from './bus.ts';

/**
 * An event, version 1.0 of CloudEvents. `actor`, `sequence`, `partitionkey` and `traceparent` are extensions.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface CloudEvent<Data = unknown> {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** In UTC, with milliseconds. */
  readonly time: string;
  readonly dataschema: string;
  /** Who asked for the change, as the gateway says. */
  readonly actor: string;
  /** Version of the subject after the change. */
  readonly sequence: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Text if its media type is not JSON. */
  readonly data: Data;
}

const ATTRIBUTES = ['id', 'source', 'type', 'subject', 'time', 'dataschema', 'actor', 'sequence'] as const;
const LONGEST = 255;

/** Kafka's binary content mode: attributes in headers, data in the value, the subject as key, so that its events keep their order. */
export function toMessage(event: CloudEvent): Pick<Message, 'key' | 'value' | 'headers'> {
  const headers: Headers = {
    ce_specversion: Buffer.from('1.0'),
    'content-type': Buffer.from('application/json'),
  };
  for (const attribute of ATTRIBUTES) headers[`ce_${attribute}`] = Buffer.from(event[attribute]);
  if (event.traceparent) headers['ce_traceparent'] = headers['traceparent'] = Buffer.from(event.traceparent);
  return { key: Buffer.from(event.subject), value: Buffer.from(JSON.stringify(event.data)), headers };
}

interface Content {
  readonly attribute: (name: string) => unknown;
  readonly data: () => unknown;
}

/**
 * Reads binary and structured mode. Whether the data is what its schema says is not looked at.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 * @throws Error that says what is no CloudEvent
 */
export function fromMessage({ headers, value }: Pick<Message, 'value' | 'headers'>): CloudEvent {
  const known = new Map(
    Object.entries(headers).map(([name, content]) => [name.toLowerCase(), content.toString('utf8')]),
  );
  const { attribute, data } = content(known, value);
  if (attribute('specversion') !== '1.0') throw new Error('it has no specversion 1.0');
  const text = (name: string, or?: string) => {
    const given = attribute(name) ?? or;
    // In JSON an extension may be a number or a boolean.
    const read = ['number', 'boolean'].includes(typeof given) ? `${given}` : given;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL refuses NUL, and an id has no line break
    if (typeof read !== 'string' || read.length > LONGEST || /^$|[\u0000-\u001f\u007f]/.test(read)) {
      throw new Error(`its ${name} is no text of 1 to ${LONGEST} printable characters`);
    }
    return read;
  };
  const traceparent = attribute('traceparent') ?? known.get('traceparent');
  return {
    ...{ id: text('id'), source: text('source'), type: text('type') },
    ...{ subject: text('subject', '-'), time: timestamp(text('time', new Date(0).toISOString())) },
    ...{ dataschema: text('dataschema', '-'), actor: text('actor', 'unknown'), sequence: text('sequence', '0') },
    ...(typeof traceparent === 'string' && { traceparent }),
    data: data(),
  };
}

/** By the content type; a value without one that is an event as a whole is read as such: clients before Kafka 0.11 had no headers. */
function content(headers: ReadonlyMap<string, string>, value: Buffer | null): Content {
  const type = mediaType(headers.get('content-type'));
  if (type.startsWith('application/cloudevents-batch')) {
    throw new Error(
      `it is a batch (${type}), which Kafka's messages do not have: send each event as a message of its own`,
    );
  }
  if (type.startsWith('application/cloudevents')) {
    if (!/^application\/cloudevents(\+json)?$/.test(type))
      throw new Error(`its format is ${type}, and only JSON is read`);
    return structured(value);
  }
  if (type === '' && !headers.has('ce_specversion')) return structured(value);
  return {
    attribute: (name) => headers.get(`ce_${name}`),
    data: () => (value === null || value.length === 0 ? undefined : decoded(value, type)),
  };
}

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
function structured(value: Buffer | null): Content {
  const event = value && parse(value);
  if (typeof event !== 'object' || event === null) throw new Error('its value is no JSON object');
  const own = (name: string) => (Object.hasOwn(event, name) ? (event as Record<string, unknown>)[name] : undefined);
  return {
    attribute: own,
    data: () => {
      const base64 = own('data_base64') ?? undefined;
      if (base64 === undefined) return own('data');
      if (own('data') !== undefined) throw new Error('it has data and data_base64');
      const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
      if (typeof base64 !== 'string' || !form.test(base64)) throw new Error('its data_base64 is no Base64');
      return decoded(Buffer.from(base64, 'base64'), mediaType(own('datacontenttype')));
    },
  };
}

/** Without its parameters, of which none says more about JSON: that is UTF-8. Upper and lower case are the same. */
const mediaType = (text: unknown) => (typeof text === 'string' ? text.split(';')[0]!.trim().toLowerCase() : '');

/** What has no media type is taken for JSON, as in the JSON format. */
const decoded = (data: Buffer, type: string) =>
  type === '' || /^[^/]+\/(json|[^/]+\+json)$/.test(type) ? parse(data) : data.toString('utf8');

function parse(value: Buffer): unknown {
  // Otherwise what is no UTF-8 would be read as other text than was written.
  if (!isUtf8(value)) throw new Error('its value is no UTF-8');
  try {
    return JSON.parse(value.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    throw new Error('its value is no JSON');
  }
}

const { validate: isDateTime } = fullFormats['date-time'] as { validate: (text: string) => boolean };

/** In one form, of which every database and every client can make a time. @throws Error if it is none of RFC 3339, years 1 to 9999 */
function timestamp(text: string): string {
  // A leap second is one that JavaScript and PostgreSQL do not have.
  const time = isDateTime(text)
    ? Date.parse(
        text
          .toUpperCase()
          .replace(' ', 'T')
          .replace(/:60(?=[.Z+-])/, ':59'),
      )
    : Number.NaN;
  const form = Number.isNaN(time) ? '' : new Date(time).toISOString();
  if (!/^(?!0000)\d{4}-/.test(form))
    throw new Error(`its time is "${text}": no timestamp of RFC 3339 in the years 1 to 9999`);
  return form;
}
