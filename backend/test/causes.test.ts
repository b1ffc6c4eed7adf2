import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Pool } from 'pg';
import { consumers } from '../src/consumers/all.ts';
import type { Consumer } from '../src/consumers/consumer.ts';
import { Processor } from '../src/consumers/processor.ts';
import { Database, type Work } from '../src/database/database.ts';
import { Outbox, type Waiting } from '../src/database/outbox.ts';
import { causeOf, isTransient } from '../src/database/transient.ts';
import type { Received } from '../src/events/bus.ts';
import { DEAD_LETTERS, type Event } from '../src/events/catalogue.ts';
import { toMessage } from '../src/events/cloud-event.ts';
import { createLog } from '../src/log.ts';
import { type Service, startService, waitingIn } from './service.ts';
import { until } from './until.ts';

const failure = (message: string, more: object = {}) => Object.assign(new Error(message), more);

describe('causes', () => {
  /** What failed, and what it says about the statement. */
  const causes: [string, Error, ReturnType<typeof causeOf>][] = [
    ['a server that is not there', failure('connect ECONNREFUSED', { code: 'ECONNREFUSED' }), 'away'],
    ['a name that DNS does not know yet', failure('getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' }), 'away'],
    ['DNS that does not answer', failure('getaddrinfo EAI_AGAIN', { code: 'EAI_AGAIN' }), 'away'],
    ['a pool without a free connection', failure('timeout exceeded when trying to connect'), 'away'],
    ['a server that does not greet', failure('Connection terminated due to connection timeout'), 'away'],
    [
      'a login that pg cannot make',
      failure('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
      'away',
    ],
    ['a password that is being changed', failure('password authentication failed', { code: '28P01' }), 'away'],
    ['a database that is being made', failure('database "bss" does not exist', { code: '3D000' }), 'away'],
    ['a standby', failure('cannot execute INSERT in a read-only transaction', { code: '25006' }), 'away'],
    ['too many connections', failure('sorry, too many clients already', { code: '53300' }), 'away'],
    ['a full disk', failure('could not extend file', { code: '53100' }), 'away'],
    ['a disk that fails', failure('could not read block', { code: '58030' }), 'away'],
    ['a table that is not there yet', failure('relation "x" does not exist', { code: '42P01' }), 'unready'],
    ['a column that is not there yet', failure('column "x" does not exist', { code: '42703' }), 'unready'],
    ['a right that is not there yet', failure('permission denied for table x', { code: '42501' }), 'unready'],
    ['a connection that was cut', failure('read ECONNRESET', { code: 'ECONNRESET' }), 'lost'],
    ['a pipe that broke', failure('write EPIPE', { code: 'EPIPE' }), 'lost'],
    ['a server that stops', failure('terminating connection due to administrator command', { code: '57P01' }), 'lost'],
    ['a server that crashed', failure('terminating connection because of crash', { code: '57P02' }), 'lost'],
    ['a connection that ended', failure('Connection terminated unexpectedly'), 'lost'],
    [
      'a client whose connection ended',
      failure('Client has encountered a connection error and is not queryable'),
      'lost',
    ],
    ['a server that says nothing', failure('Query read timeout'), 'lost'],
    ['a connection failure', failure('connection failure', { code: '08006' }), 'lost'],
    ['PgBouncer without a server', failure('query_wait_timeout', { code: '08P01' }), 'lost'],
    [
      'PgBouncer whose login failed',
      failure('server login has been failing, cached error: x (server_login_retry)', { code: '08P01' }),
      'lost',
    ],
    ['a full PgBouncer', failure('no more connections allowed (max_client_conn)', { code: '08P01' }), 'lost'],
    ['a PgBouncer whose server crashed', failure('server conn crashed?', { code: '08P01' }), 'lost'],
    ['a PgBouncer that stops', failure('server shutting down', { code: '08P01' }), 'lost'],
    ['what a later PgBouncer may say', failure('the moon is full', { code: '08P01', severity: 'FATAL' }), 'lost'],
    [
      'a statement that took too long',
      failure('canceling statement due to statement timeout', { code: '57014' }),
      'busy',
    ],
    ['the same, as PgBouncer sees it', failure('query_timeout', { code: '08P01', severity: 'FATAL' }), 'busy'],
    ['a transaction that did nothing for long', failure('terminating connection', { code: '25P03' }), 'busy'],
    ['a lock that another has', failure('canceling statement due to lock timeout', { code: '55P03' }), 'busy'],
    ['a deadlock', failure('deadlock detected', { code: '40P01' }), 'busy'],
    ['a serialization failure', failure('could not serialize access', { code: '40001' }), 'busy'],
    ['memory that is used up', failure('out of memory', { code: '53200' }), 'busy'],
    [
      'more parameters than the protocol has',
      failure('bind message has 34464 parameter formats but 0 parameters', { code: '08P01', severity: 'ERROR' }),
      'refused',
    ],
    [
      'a packet that PgBouncer cannot read',
      failure('broken Bind packet', { code: '08P01', severity: 'FATAL' }),
      'refused',
    ],
    ['a value that does not fit', failure('value out of range', { code: '22003' }), 'refused'],
    ['a row that must not be', failure('violates foreign key constraint', { code: '23503' }), 'refused'],
    ['a bug that tells of a timeout', failure('the timeout of this order is no number'), 'refused'],
    [
      'a bug that tells of a Connection',
      new TypeError("Cannot read properties of undefined (reading 'Connection')"),
      'refused',
    ],
    ['a bug that tells that something was terminated', failure('the service was terminated before'), 'refused'],
    ["a bug that Node's own code found", failure('Invalid argument', { code: 'ERR_INVALID_ARG_TYPE' }), 'refused'],
    ['a file that is missing', failure('no such file', { code: 'ENOENT' }), 'refused'],
    ['a code that only looks like one', failure('x', { code: 'ERROR' }), 'refused'],
  ];
  for (const [what, error, cause] of causes) {
    test(`${what} counts as ${cause}`, () => {
      assert.equal(causeOf(error), cause);
      assert.equal(isTransient(error), cause !== 'refused');
    });
  }

  let service: Service & { end(): Promise<void> };
  let created: Event;
  before(async () => {
    service = await startService('causes');
    await service.ask('POST', '/api/customers', { name: 'Ada', email: 'ada@example.com' });
    created = service.events[0]!;
  });
  after(() => service.end());

  const never = new AbortController().signal;
  let offset = 0n;
  const received = (message = toMessage({ ...created, id: randomUUID() })): Received => {
    offset += 1n;
    return { ...message, topic: 'bss.customer.events', partition: 1, offset };
  };
  /** @param handle what is done for a customer who was created */
  const processor = (handle: (work: Work) => Promise<unknown>, { database = service.database, pause = 0.02 } = {}) => {
    const handler = async (work: Work) => void (await handle(work));
    const consumer: Consumer = { ...consumers[0]!, handlers: { 'com.droid.bss.customer.created': handler } };
    return new Processor(consumer, database, service.metrics, createLog('silent'), pause);
  };
  const raise = ({ db }: Work, code: string) =>
    db.query(`DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '${code}'; END $$`);
  const letters = async (): Promise<Waiting[]> =>
    (await waitingIn(service)).filter(({ topics }) => topics.includes(DEAD_LETTERS));
  const newest = async () => (await letters()).at(-1)!;
  const said = ({ headers }: Waiting, name: string) => headers[`dlq_${name}`]?.toString();

  for (const code of ['53300', '53100', '25006', '28P01', '58030']) {
    test(`a database that answers ${code} twenty times is waited for, and the event has its effect then`, async () => {
      let tries = 0;
      const waiting = processor(
        async (work) => {
          tries += 1;
          if (tries <= 20) await raise(work, code);
        },
        { pause: 1e-6 },
      );
      assert.equal(await waiting.process(received(), never), 'applied');
      assert.equal(tries, 21);
    });
  }

  for (const code of ['57014', '40001', '40P01', '55P03', '25P03', '22003', '08P01', '57P01', 'XX000']) {
    test(`an event that makes the database answer ${code} each time is a dead letter after five attempts`, async () => {
      let tries = 0;
      const hopeless = processor((work) => {
        tries += 1;
        return raise(work, code);
      });
      assert.equal(await hopeless.process(received(), never), 'dead');
      assert.equal(tries, 5);
      assert.deepEqual([said(await newest(), 'reason'), said(await newest(), 'detail')], ['handler-failed', 'as told']);
    });
  }

  test('a handler that is always too slow is a dead letter, and its pauses are longer than those of a bug', async () => {
    const times: number[] = [];
    const slow = processor(
      async ({ db }) => {
        times.push(performance.now());
        // Of the handler's alone: what goes before it may take as long as the disk needs.
        await db.query("SELECT set_config('statement_timeout', '20', true)");
        await db.query('SELECT pg_sleep(60)');
      },
      { pause: 0.1 },
    );
    assert.equal(await slow.process(received(), never), 'dead');
    assert.match(said(await newest(), 'detail')!, /statement timeout/);
    assert.equal(said(await newest(), 'attempts'), '5');
    assert.equal(times.length, 5);
    const last = times[4]! - times[3]! - 20;
    assert.ok(last > 100, `only ${last} ms, where a bug is tried again after 0.8`);
  });

  test('an event that ends its connection each time is a dead letter; one whose connection ended once is not', async () => {
    const end = ({ db }: Work) => db.query('SELECT pg_terminate_backend(pg_backend_pid())');
    assert.equal(await processor(end).process(received(), never), 'dead');
    let tries = 0;
    const unlucky = processor(async (work) => {
      tries += 1;
      if (tries === 1) await end(work);
    });
    assert.equal(await unlucky.process(received(), never), 'applied');
  });

  test('connections that fail before the work begins do not use up the attempts of failures that do', async () => {
    const { pool } = service.database;
    let connects = 0;
    const connect = () => {
      connects += 1;
      // Every second one, and twenty before the first.
      if (connects <= 20 || connects % 2 === 0) throw failure('read ECONNRESET', { code: 'ECONNRESET' });
      return pool.connect();
    };
    const flaky = new Proxy(pool, {
      get: (of, name) => (name === 'connect' ? async () => connect() : Reflect.get(of, name)),
    });
    const database = new Database(flaky as Pool, new Outbox(async () => {}), 5000);
    let tries = 0;
    const unlucky = processor(
      async () => {
        tries += 1;
        if (tries < 5) throw new Error('a bug');
      },
      { database, pause: 1e-6 },
    );
    assert.equal(await unlucky.process(received(), never), 'applied');
    assert.equal(tries, 5);
  });

  test('connections that were broken before the work, and show it only then, do not use them up either', async () => {
    const { pool } = service.database;
    let connects = 0;
    const connect = async () => {
      const client = await pool.connect();
      connects += 1;
      if (connects <= 10) {
        const ended = new Promise((resolve) => client.once('end', resolve));
        const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
        await pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
        await ended;
      }
      return client;
    };
    const stale = new Proxy(pool, { get: (of, name) => (name === 'connect' ? connect : Reflect.get(of, name)) });
    const database = new Database(stale as Pool, new Outbox(async () => {}), 5000);
    assert.equal(await processor(async () => {}, { database, pause: 1e-6 }).process(received(), never), 'applied');
    assert.equal(connects, 11);
  });

  test('a missing table is waited for while the migrations are behind, and is a bug when they are not', async () => {
    const lost = processor(({ db }) => db.query('SELECT 1 FROM not_there'));
    assert.equal(await lost.process(received(), never), 'dead');
    assert.match(said(await newest(), 'detail')!, /"not_there" does not exist/);

    await service.asOwner('ALTER TABLE migration RENAME TO migration_away');
    let tries = 0;
    const early = processor(async ({ db }) => {
      tries += 1;
      await db.query('SELECT 1 FROM soon_there');
    });
    const outcome = early.process(received(), never);
    await until(
      'more attempts than a bug has',
      async () => tries,
      (many) => many > 7,
    );
    await service.asOwner('CREATE TABLE soon_there (); ALTER TABLE migration_away RENAME TO migration');
    assert.equal(await outcome, 'applied');
  });

  test('a stop ends every pause at once: of an event, of a slow one, and of a letter that is not stored', async () => {
    const refused = new Proxy(service.database.pool, {
      get: (of, name) =>
        name === 'connect' ? () => Promise.reject(failure('x', { code: 'ECONNREFUSED' })) : Reflect.get(of, name),
    });
    const away = new Database(refused as Pool, new Outbox(async () => {}), 5000);
    const poison = received({ key: null, value: Buffer.from('no event'), headers: {} });
    const paused: [Processor, Received][] = [
      [processor(() => Promise.reject(new Error('a bug')), { pause: 60_000 }), received()],
      [processor((work) => raise(work, '57014'), { pause: 60_000 }), received()],
      [processor(async () => {}, { database: away, pause: 60_000 }), received()],
      [processor(async () => {}, { database: away, pause: 60_000 }), poison],
    ];
    for (const [stuck, message] of paused) {
      const closing = new AbortController();
      const before = (await service.metrics.retries.get()).values[0]?.value ?? 0;
      const outcome = stuck.process(message, closing.signal);
      const retries = async () => (await service.metrics.retries.get()).values[0]?.value ?? 0;
      await until('a pause', retries, (many) => many > before);
      const start = performance.now();
      closing.abort();
      await assert.rejects(outcome, { name: 'AbortError' });
      // Of a pause of a minute.
      assert.ok(performance.now() - start < 10_000);
    }
  });

  test('a letter that the database does not take with its value is stored without it, or with nothing but its place', async () => {
    const poison = () =>
      received({ key: Buffer.from('k'), value: Buffer.from('no event'), headers: { any: Buffer.from('h') } });
    const refuse = (what: string) =>
      service.asOwner(
        `ALTER TABLE outbox DROP CONSTRAINT IF EXISTS refuse, ADD CONSTRAINT refuse CHECK (${what}) NOT VALID`,
      );
    try {
      await refuse('value IS NULL');
      assert.equal(await processor(async () => {}).process(poison(), never), 'dead');
      const some = await newest();
      assert.deepEqual([some.value, some.key?.toString(), `${some.headers['any']}`], [null, 'k', 'h']);
      assert.equal(said(some, 'value'), 'left out: 8 bytes');

      await refuse('value IS NULL AND key IS NULL');
      const message = poison();
      assert.equal(await processor(async () => {}).process(message, never), 'dead');
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
    assert.equal(await processor(async () => {}, { database: busy, pause: 1e-6 }).process(poison, never), 'dead');
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
      assert.equal(await processor(async () => {}).process(received(message), never), 'dead', what);
      const letter = await newest();
      assert.ok(bytesInKafka(letter) <= 1_048_588, `${what}: ${bytesInKafka(letter)} bytes`);
      for (const [name, text] of Object.entries(wanted)) assert.equal(said(letter, name), text, what);
      assert.equal(said(letter, 'offset'), `${offset}`);
    }
  });
});
