import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Database } from '../src/database/database.ts';
import type { Waiting } from '../src/database/outbox.ts';
import { consuming, never, said } from './consuming.ts';
import { failure } from './failure.ts';
import { type Service, startService } from './service.ts';

describe('dead letters', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('dead-letters');
    await service.ask('POST', '/api/customers', { name: 'Ada', email: 'ada@example.com' });
  });
  after(() => service.end());

  const { received, doing, newest } = consuming(() => service);

  test('a letter that the database does not take with its value is stored without it, or with nothing but its place', async () => {
    const poison = () =>
      received({ key: Buffer.from('k'), value: Buffer.from('no event'), headers: { any: Buffer.from('h') } });
    const refuse = (what: string) =>
      service.asOwner(
        `ALTER TABLE outbox DROP CONSTRAINT IF EXISTS refuse, ADD CONSTRAINT refuse CHECK (${what}) NOT VALID`,
      );
    try {
      await refuse('value IS NULL');
      assert.equal(await doing(async () => {}).process(poison(), never), 'dead');
      const some = await newest();
      assert.deepEqual([some.value, some.key?.toString(), `${some.headers['any']}`], [null, 'k', 'h']);
      assert.equal(said(some, 'value'), 'left out: 8 bytes');

      await refuse('value IS NULL AND key IS NULL');
      const message = poison();
      assert.equal(await doing(async () => {}).process(message, never), 'dead');
      const place = await newest();
      assert.deepEqual([place.value, place.key, place.headers['any']], [null, null, undefined]);
      assert.deepEqual(
        ['topic', 'partition', 'offset', 'reason', 'key', 'value'].map((name) => said(place, name)),
        [
          'bss.customer.events',
          '1',
          `${message.offset}`,
          'not-a-cloud-event',
          'left out: 1 bytes',
          'left out: 8 bytes',
        ],
      );
    } finally {
      await service.asOwner('ALTER TABLE outbox DROP CONSTRAINT refuse');
    }
  });

  test('a letter whose place others hold for long keeps all that it has', async () => {
    let tries = 0;
    const change: Database['change'] = async (...work) => {
      tries += 1;
      if (tries <= 6) throw failure('canceling statement due to statement timeout', { code: '57014' });
      return service.database.change(...work);
    };
    const busy = new Proxy(service.database, {
      get: (of, name) => (name === 'change' ? change : Reflect.get(of, name, of)),
    });
    const poison = received({ key: Buffer.from('k'), value: Buffer.from('no event'), headers: {} });
    assert.equal(await doing(async () => {}, { database: busy, pause: 1e-6 }).process(poison, never), 'dead');
    assert.equal(tries, 7);
    const whole = await newest();
    assert.deepEqual([`${whole.value}`, `${whole.key}`, said(whole, 'value')], ['no event', 'k', 'whole']);
  });

  const varint = (number: number) => Math.max(1, Math.ceil((BigInt(number) * 2n).toString(2).length / 7));
  /** As Kafka writes a batch of one record. https://kafka.apache.org/documentation/#recordbatch */
  function bytesInKafka({ key, value, headers }: Waiting): number {
    const bytes = (length: number | undefined) => (length === undefined ? 1 : varint(length) + length);
    const entries = Object.entries(headers);
    const record =
      3 +
      bytes(key?.length) +
      bytes(value?.length) +
      varint(entries.length) +
      entries.reduce((sum, [name, { length }]) => sum + bytes(Buffer.byteLength(name)) + bytes(length), 0);
    return 61 + varint(record) + record;
  }

  test('whatever is large in a message, its letter is no larger than a broker takes, and says what was left out', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`h${index}`, Buffer.from('x')]));
    const big = (bytes: number) => Buffer.alloc(bytes, 1);
    const messages: [string, Parameters<typeof received>[0], object][] = [
      ['a value', { key: null, value: big(3_000_000), headers: {} }, { value: 'left out: 3000000 bytes' }],
      [
        'a value that fits without its headers',
        { key: null, value: big(900_000), headers: { large: big(200_000) } },
        { value: 'left out: 900000 bytes', headers: undefined },
      ],
      [
        'a value that nearly fits',
        { key: null, value: big(1_048_400), headers: {} },
        { value: 'left out: 1048400 bytes' },
      ],
      ['a key', { key: big(2_000_000), value: big(1), headers: {} }, { key: 'left out: 2000000 bytes' }],
      [
        'a header',
        { key: null, value: null, headers: { large: big(2_000_000) } },
        { headers: 'left out: 2000015 bytes' },
      ],
      ['the name of a header', { key: null, value: null, headers: { ['ä'.repeat(600_000)]: big(1) } }, {}],
      ['the number of headers', { key: null, value: big(800_000), headers: many }, { value: 'left out: 800000 bytes' }],
      ['nothing', { key: big(1000), value: big(900_000), headers: { small: big(1000) } }, { value: 'whole' }],
    ];
    for (const [what, message, wanted] of messages) {
      const large = received(message);
      assert.equal(await doing(async () => {}).process(large, never), 'dead', what);
      const letter = await newest();
      assert.ok(bytesInKafka(letter) <= 1_048_588, `${what}: ${bytesInKafka(letter)} bytes`);
      for (const [name, text] of Object.entries(wanted)) assert.equal(said(letter, name), text, what);
      assert.equal(said(letter, 'offset'), `${large.offset}`);
    }
  });
});
