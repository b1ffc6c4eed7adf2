import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { consumers } from '../src/consumers/all.ts';
import type { Consumer } from '../src/consumers/consumer.ts';
import { catalogue, type EventType } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { deliver, runChain } from './chain.ts';
import { consuming, never } from './consuming.ts';
import { type Service, startService } from './service.ts';

describe('any message', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('any-message');
    await runChain(service);
    await deliver(service);
  });
  after(() => service.end());

  const { event, received, processor, deadLetters } = consuming(() => service);

  test('a message that is no event, whatever it is, becomes one dead letter or is none of ours', async () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((string) => Buffer.from(string));
    const name = fc.oneof(
      fc.constantFrom(
        'ce_id',
        'ce_type',
        'ce_source',
        'ce_specversion',
        'ce_time',
        'content-type',
        '__proto__',
        'traceparent',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    );
    const value = fc.oneof(
      bytes,
      text,
      fc.constantFrom('1.0', 'application/cloudevents+json', ...Object.keys(catalogue)).map((it) => Buffer.from(it)),
    );
    const headers = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((pairs) => Object.fromEntries(pairs));
    const body = fc.oneof(
      bytes,
      fc.json().map((json) => Buffer.from(json)),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...consumers),
        headers,
        body,
        fc.option(bytes),
        async (consumer, headers, value, key) => {
          const before = (await deadLetters()).many;
          const outcome = await processor(consumer).process(
            received({ key, value, headers }, consumer.topics[0]),
            never,
          );
          const letters = await deadLetters();
          assert.ok(outcome === 'skipped' || outcome === 'dead', outcome);
          assert.equal(letters.many, before + (outcome === 'dead' ? 1 : 0));
          if (outcome === 'dead') {
            assert.deepEqual(letters.newest.value, value);
            for (const [name, content] of Object.entries(headers))
              assert.deepEqual(letters.newest.headers[name], content);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('an event of ours with any other data has its one effect or becomes one dead letter', async () => {
    const types = Object.keys(catalogue) as EventType[];
    const known = [...new Set(service.events.map(({ type }) => type))];
    const anything = fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue() },
      {
        weight: 2,
        arbitrary: fc.constantFrom(...known).chain((type) => {
          const data = event(type).data as Record<string, unknown>;
          const changed = fc.constantFrom(...Object.keys(data));
          return fc
            .tuple(changed, fc.jsonValue({ maxDepth: 1 }))
            .map(([property, value]) => ({ ...data, [property]: value }));
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...consumers),
        fc.constantFrom(...types),
        anything,
        async (consumer, type, data) => {
          // Whoever does not exist makes a handler fail, which takes five attempts: that is another test.
          const quick: Consumer = {
            ...consumer,
            handlers: Object.fromEntries(Object.keys(consumer.handlers).map((type) => [type, async () => {}])),
          };
          const { source, dataschema } = catalogue[type];
          const message = received(
            toMessage({ ...event(known[0]!), type, source, dataschema, data }),
            consumer.topics[0],
          );
          if (message.value === null || message.value.toString() === 'undefined') return;
          const [first, second] = [
            await processor(quick).process(message, never),
            await processor(quick).process(message, never),
          ];
          const wanted = { applied: 'duplicate', dead: 'dead', skipped: 'skipped' }[first as string];
          assert.equal(second, wanted, first);
        },
      ),
      { numRuns: 100 },
    );
  });
});
