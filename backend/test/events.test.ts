import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { type CloudEvent as SdkEvent, Kafka as SdkKafka } from 'cloudevents';
import type { Event } from '../src/events/catalogue.ts';
import { fromMessage, toMessage } from '../src/events/cloud-event.ts';
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
});
