import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, Producer } from '@platformatic/kafka';
import { pino } from 'pino';
import type { Handle, Received, Subscription } from '../../src/events/bus.ts';
import { Kafka } from '../../src/events/kafka.ts';
import { TIMES } from '../../src/events/member.ts';
import { kafkaTool } from '../servers/kafka.ts';
import { until } from '../until.ts';
import { type Broker, message, startBroker } from './broker.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

describe('groups', () => {
  let broker: Broker;
  let kafka: Kafka;
  const said: string[] = [];
  const open = new Set<Subscription>();
  before(async () => {
    broker = await startBroker();
    const log = pino({ level: 'warn' }, { write: (line) => void said.push(line) });
    // Looks at the topics more often, to be done sooner.
    kafka = new Kafka(broker.bootstrap, log, { ...TIMES, watch: 1000 });
  });
  after(async () => {
    await Promise.all([...open].map((subscription) => subscription.close()));
    await kafka.close();
    await broker.end();
  });

  function subscribe(group: string, topics: string[], handle: Handle = async () => {}) {
    const values: string[] = [];
    const seen: Received[] = [];
    const subscription = kafka.subscribe(group, topics, async (received, closing) => {
      await handle(received, closing);
      seen.push(received);
      values.push(received.value!.toString());
    });
    open.add(subscription);
    const close = async () => {
      open.delete(subscription);
      await subscription.close();
    };
    return { values, seen, close };
  }
  const publish = (topic: string, values: string[], key: string | null = null) =>
    kafka.publish(values.map((value) => message(topic, value, key)));
  const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `${from + index}`);
  const all = (what: string, { values }: { values: string[] }, count: number) =>
    until(
      what,
      async () => values.length,
      (length) => length >= count,
    );

  /** Publishes to a partition, whatever the key's is. */
  async function fill(topic: string, partition: number, values: string[]) {
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: broker.bootstrap });
    await producer.send({
      acks: -1,
      messages: values.map((value) => ({ topic, partition, value: Buffer.from(value) })),
    });
    await producer.close();
  }

  async function deleteBefore(topic: string, offset: number) {
    const directory = mkdtempSync(join(tmpdir(), 'bss-delete-'));
    const file = join(directory, 'offsets.json');
    writeFileSync(file, JSON.stringify({ partitions: [{ topic, partition: 0, offset }], version: 1 }));
    const args = ['--bootstrap-server', broker.bootstrap[0]!, '--offset-json-file', file];
    assert.match(await kafkaTool('org.apache.kafka.tools.DeleteRecordsCommand', args), /low_watermark: \d+/);
    rmSync(directory, { recursive: true });
  }

  /** As whoever is in no group may. */
  async function commit(group: string, topic: string, offset: bigint) {
    const client = new Consumer({ clientId: 'test', bootstrapBrokers: broker.bootstrap, groupId: group });
    Object.assign(client, { generationId: -1, memberId: '' });
    await client.commit({ offsets: [{ topic, partition: 0, offset, leaderEpoch: -1 }] });
    await client.close(true);
  }

  describe('while the broker is there', { concurrency: true }, () => {
    for (const codec of CODECS) {
      test(`what Java producers have compressed by ${codec} is read, by groups and by a replay, in large batches too`, async () => {
        const topic = `codec-${codec}`;
        await broker.topic(topic);
        const lines = Array.from({ length: 3000 }, (_, index) => `${index} ${randomUUID().repeat(20)}`);
        const args = ['--bootstrap-server', broker.bootstrap[0]!, '--topic', topic, '--compression-codec', codec];
        const large = ['--batch-size', '900000', '--timeout', '2000', '--max-memory-bytes', '64000000'];
        await kafkaTool('kafka.tools.ConsoleProducer', [...args, ...large], `${lines.join('\n')}\n`);
        const group = subscribe(`codecs-${codec}`, [topic]);
        await all('every line', group, lines.length);
        assert.deepEqual(group.values, lines);
        await group.close();
        const replayed: string[] = [];
        await kafka.read({ topic, partition: 0 }, { first: 10n, last: 2500n }, async ({ value }) => {
          replayed.push(value!.toString());
        });
        assert.deepEqual(replayed, lines.slice(10, 2501));
      });
    }

    test('a group whose next records were deleted goes on with those that are there', async () => {
      await broker.topic('retention');
      await publish('retention', texts(0, 10));
      const first = subscribe('retained', ['retention']);
      await all('ten', first, 10);
      await first.close();
      await publish('retention', texts(10, 60));
      await deleteBefore('retention', 50);
      const second = subscribe('retained', ['retention']);
      await all('what is left', second, 10);
      assert.deepEqual(second.values, texts(50, 60));
      assert.ok(
        said.some((line) => /retention:0 is read from its beginning: offset 10, and the first is 50/.test(line)),
      );
      await second.close();
      const replayed: bigint[] = [];
      const replay = (first: bigint) =>
        kafka.read({ topic: 'retention', partition: 0 }, { first, last: 51n }, async ({ offset }) => {
          replayed.push(offset);
        });
      await assert.rejects(replay(0n), /--first 0 is not in retention, partition 0: it holds the offsets 50 to 59/);
      await replay(50n);
      assert.deepEqual(replayed, [50n, 51n]);
    });

    test('a group that is said to be further than its partition reads it from its beginning', async () => {
      await broker.topic('shorter');
      await publish('shorter', texts(0, 5));
      await commit('too-far', 'shorter', 1000n);
      const group = subscribe('too-far', ['shorter']);
      await all('five', group, 5);
      assert.deepEqual(group.values, texts(0, 5));
      await group.close();
    });

    test('a topic that comes late, is deleted and made again, or gets a partition is read, and the others all the while', async () => {
      await broker.topic('steady');
      const group = subscribe('changes', ['steady', 'late']);
      await publish('steady', ['steady 1']);
      await all('the one that is there', group, 1);
      await broker.topic('late');
      await publish('late', texts(0, 5));
      await all('the late one', group, 6);
      await broker.admin.deleteTopics({ topics: ['late'] });
      await publish('steady', ['steady 2']);
      await all('the other', group, 7);
      await until(
        'that it is gone',
        () => broker.admin.listTopics(),
        (topics) => !topics.includes('late'),
      );
      await broker.topic('late');
      await fill('late', 0, texts(100, 108));
      await all('the new one', group, 15);
      await broker.admin.createPartitions({ topics: [{ name: 'late', count: 2 }] });
      await until(
        'its leader',
        () => broker.counts('late').catch(() => []),
        ({ length }) => length === 2,
      );
      await fill('late', 1, ['second']);
      await all('the second partition', group, 16);
      assert.deepEqual(group.values, ['steady 1', ...texts(0, 5), 'steady 2', ...texts(100, 108), 'second']);
      await group.close();
    });

    test('what transactions have aborted is not read, nor their marks, and what they have committed is', async () => {
      await broker.topic('transactions');
      const producer = new Producer({
        ...{ clientId: 'test', bootstrapBrokers: broker.bootstrap },
        ...{ idempotent: true, transactionalId: 'test', acks: -1, retries: 100, retryDelay: 20 },
      });
      const expected: string[] = [];
      for (let index = 0; index < 30; index += 1) {
        const transaction = await producer.beginTransaction();
        const values = [`${index} a`, `${index} b ${'x'.repeat(20_000)}`];
        await transaction.send({
          messages: values.map((value) => ({ topic: 'transactions', partition: 0, value: Buffer.from(value) })),
        });
        if (index % 3 === 1) {
          await transaction.commit();
          expected.push(...values);
        } else await transaction.abort();
      }
      await producer.close();
      await publish('transactions', ['last']);
      const group = subscribe('transacted', ['transactions']);
      await until(
        'the last',
        async () => group.values.at(-1),
        (last) => last === 'last',
      );
      assert.deepEqual(group.values, [...expected, 'last']);
      const replayed: string[] = [];
      await kafka.read({ topic: 'transactions', partition: 0 }, { first: 0n }, async ({ value }) => {
        replayed.push(value!.toString());
      });
      assert.deepEqual(replayed, group.values);
      await group.close();
    });

    /** A handler that stands still at one value until it is let go. */
    function stuckAt(value: string) {
      const gate = Promise.withResolvers<void>();
      const handle: Handle = async (received) => {
        if (`${received.value} `.startsWith(value)) await gate.promise;
      };
      return { handle, open: () => gate.resolve() };
    }

    test('a partition that stands still stops no other, not in a rebalance either, and loses and reorders nothing', async () => {
      await broker.topic('lanes', 3);
      // More than is fetched at once, and more than may wait: 20 batches of 40 KiB for each partition.
      for (let first = 0; first < 2000; first += 100) {
        for (const partition of [0, 1, 2]) {
          const values = texts(first, first + 100).map((text) => `${partition} ${text} ${'x'.repeat(400)}`);
          await fill('lanes', partition, values);
        }
      }
      const stuck = stuckAt('0 7 ');
      const group = subscribe('lanes', ['lanes'], stuck.handle);
      const of = (partition: number, { values }: { values: string[] } = group) =>
        values
          .map((value) => value.split(' '))
          .filter(([first]) => first === `${partition}`)
          .map(([, text]) => text!);
      await all('the others', group, 4007);
      assert.deepEqual([of(0), of(1), of(2)], [texts(0, 7), texts(0, 2000), texts(0, 2000)]);
      const second = subscribe('lanes', ['lanes'], stuck.handle);
      await fill('lanes', 1, ['1 more']);
      await fill('lanes', 2, ['2 more']);
      await until(
        'both',
        async () => [...group.values, ...second.values],
        (values) => values.includes('1 more') && values.includes('2 more'),
      );
      await second.close();
      await fill('lanes', 1, ['1 most']);
      await until(
        'it',
        async () => group.values,
        (values) => values.includes('1 most'),
      );
      stuck.open();
      await until(
        'all',
        async () => new Set([...of(0), ...of(0, second)]).size,
        (size) => size === 2000,
      );
      const order = of(0).filter((value, index, values) => values.indexOf(value) === index);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => Number(a) - Number(b)),
      );
      assert.equal(of(0).length - new Set(of(0)).size <= 1, true, 'more than the message that was at work came again');
      await group.close();
    });

    test('a member that is closed while a message stands still goes in bounded time, and the next one gets the message', async () => {
      await broker.topic('closed', 2);
      await fill('closed', 0, texts(0, 10));
      await fill('closed', 1, texts(10, 20));
      const stuck = stuckAt('3 ');
      const first = subscribe('closed', ['closed'], stuck.handle);
      await all('all that can be', first, 13);
      const start = performance.now();
      await first.close();
      assert.ok(performance.now() - start < 15_000, `${performance.now() - start} ms`);
      const second = subscribe('closed', ['closed']);
      await all('the rest', second, 7);
      assert.deepEqual(second.values, texts(3, 10));
      stuck.open();
      await second.close();
    });

    test('a message whose handling fails comes again, in its order, and disturbs nobody', async () => {
      await broker.topic('failing', 2);
      let failures = 2;
      const group = subscribe('failing', ['failing'], async ({ value }) => {
        if (value!.toString() === '2' && failures-- > 0) throw new Error('not yet');
      });
      await fill('failing', 0, texts(0, 5));
      await fill('failing', 1, texts(5, 10));
      await all('all', group, 10);
      assert.deepEqual(
        group.seen.filter(({ partition }) => partition === 0).map(({ value }) => `${value}`),
        texts(0, 5),
      );
      await group.close();
    });

    test('headers come as they were sent, repeated names and all, and can be sent on like that', async () => {
      await broker.topic('headers');
      const headerList = [
        ['Trace', Buffer.from('1')],
        ['trace', Buffer.from('2')],
        ['Trace', Buffer.alloc(0)],
      ] as const;
      await kafka.publish([{ ...message('headers', 'x'), headerList }]);
      const group = subscribe('headers', ['headers']);
      await all('it', group, 1);
      assert.deepEqual(group.seen[0]!.headerList, headerList);
      assert.deepEqual(group.seen[0]!.headers, { trace: Buffer.alloc(0) });
      await group.close();
    });
  });

  describe('when the broker is away', () => {
    /** Two members and one partition: the first one has it. */
    async function pair(topic: string) {
      await broker.topic(topic);
      const members = [subscribe(topic, [topic]), subscribe(topic, [topic])];
      const seen = () => members.flatMap(({ values }) => values);
      await publish(topic, ['before']);
      await until(
        'the first',
        async () => seen(),
        (values) => values.includes('before'),
      );
      return { members, seen };
    }

    const away = {
      stopped: async () => {
        broker.program.signal('SIGSTOP');
        await sleep(12_000);
        broker.program.signal('SIGCONT');
      },
      killed: async () => {
        await broker.program.stop('SIGKILL');
        await sleep(12_000);
        broker.program.start();
      },
    };
    for (const [how, outage] of Object.entries(away)) {
      test(`for 12 s because it is ${how}, a member that had nothing to do still takes over later`, async () => {
        const { members, seen } = await pair(how);
        await outage();
        await until(
          'that it answers',
          () =>
            publish(how, ['after']).then(
              () => true,
              () => false,
            ),
          (done) => done,
        );
        await until(
          'the second',
          async () => seen(),
          (values) => values.includes('after'),
        );
        const busy = members.find(({ values }) => values.includes('after'))!;
        const spare = members.find((member) => member !== busy)!;
        await busy.close();
        await publish(how, ['later']);
        await until(
          'the third',
          async () => spare.values,
          (values) => values.includes('later'),
        );
        await spare.close();
      });
    }

    test('a batch that cannot be read any more stops its own partition, which is said, and no other one', async () => {
      await broker.topic('broken', 2);
      const producer = new Producer({ clientId: 'test', bootstrapBrokers: broker.bootstrap });
      for (const [index, partition] of [0, 0, 0, 1].entries()) {
        const messages = texts(10 * index, 10 * index + 10).map((text) => ({
          ...{ topic: 'broken', partition },
          value: Buffer.from(`${text} ${randomUUID()}`),
        }));
        await producer.send({ acks: -1, compression: 'gzip', messages });
      }
      await producer.close();
      const [described] = await broker.admin.describeLogDirs({ topics: [{ name: 'broken', partitions: [0] }] });
      await broker.program.stop('SIGTERM');
      const file = join(described!.results[0]!.logDir, 'broken-0', `${'0'.repeat(20)}.log`);
      const content = readFileSync(file);
      const second = 12 + content.readInt32BE(8);
      content.fill(0xff, second + 80, second + 120);
      writeFileSync(file, content);
      broker.program.start();
      const group = subscribe('broken', ['broken']);
      await all('what can be read', group, 20);
      const numbers = group.values.map((value) => value.split(' ')[0]!).sort();
      assert.deepEqual(numbers, [...texts(0, 10), ...texts(30, 40)].sort());
      const told = await until(
        'the log',
        async () => said.filter((line) => line.includes('stands still')),
        ({ length }) => length > 0,
      );
      assert.match(
        told[0]!,
        /"msg":"broken:0 stands still at offset 10, and no other partition does: a batch cannot be read/,
      );
      await fill('broken', 1, ['40 more']);
      await all('more of the other', group, 21);
      await deleteBefore('broken', 20);
      await group.close();
      const next = subscribe('broken', ['broken']);
      await all('what is behind it', next, 10);
      assert.deepEqual(
        next.values.map((value) => value.split(' ')[0]),
        texts(20, 30),
      );
      await next.close();
    });

    test('an outage is told in few lines', () => {
      const repeated = said.filter((line) => /reading stops|not committed|not read now/.test(line));
      assert.ok(repeated.length > 0 && repeated.length < 20, `${repeated.length} lines`);
      assert.ok(Math.max(...said.map(({ length }) => length)) < 500);
    });
  });
});
