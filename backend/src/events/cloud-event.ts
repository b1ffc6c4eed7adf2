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
  readonly time: string;
  readonly dataschema: string;
  /** Who asked for the change, as the gateway says. */
  readonly actor: string;
  /** Version of the subject after the change. */
  readonly sequence: string;
  /** W3C trace context. */
  readonly traceparent?: string;
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

/** Reads binary and structured mode. Whether the data is what its schema says is not looked at. @throws Error that says what is no CloudEvent */
export function fromMessage({ headers, value }: Pick<Message, 'value' | 'headers'>): CloudEvent {
  const header = (name: string) => headers[name]?.toString('utf8');
  const type = header('content-type') ?? '';
  const structured = type.startsWith('application/cloudevents');
  const body = value === null ? undefined : parse(value);
  if (structured && (typeof body !== 'object' || body === null)) throw new Error('its value is no JSON object');
  const attributes = (structured ? body : {}) as Record<string, unknown>;
  const attribute = (name: string) => (structured ? attributes[name] : header(`ce_${name}`));
  if (attribute('specversion') !== '1.0') throw new Error('it has no specversion 1.0');
  const text = (name: string, or?: string) => {
    const read = attribute(name) ?? or;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL refuses NUL, and an id has no line break
    if (typeof read !== 'string' || read.length > LONGEST || /^$|[\u0000-\u001f\u007f]/.test(read)) {
      throw new Error(`its ${name} is no text of 1 to ${LONGEST} printable characters`);
    }
    return read;
  };
  const traceparent = attribute('traceparent') ?? header('traceparent');
  return {
    ...{ id: text('id'), source: text('source'), type: text('type') },
    ...{ subject: text('subject', '-'), time: text('time', new Date(0).toISOString()) },
    ...{ dataschema: text('dataschema', '-'), actor: text('actor', 'unknown'), sequence: text('sequence', '0') },
    ...(typeof traceparent === 'string' && { traceparent }),
    data: structured ? attributes['data'] : body,
  };
}

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    throw new Error('its value is no JSON');
  }
}
