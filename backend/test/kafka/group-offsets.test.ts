import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { Producer } from '@platformatic/kafka';
import { kafkaTool } from '../servers/kafka.ts';
import { until } from '../until.ts';
import { groups } from './groups.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

describe('where groups read', { concurrency: true }, () => {
  const at = groups();
  const { said, subscribe, publish, texts, all, fill, deleteBefore, commit } = at;

  for (const codec of CODECS) {
    test(`what Java producers have compressed by ${codec} is read, by groups and by a replay, in large batches too`, async () => {
      const topic = `codec-${codec}`;
      await at.broker.topic(topic);
      const lines = Array.from({ length: 3000 }, (_, index) => `${index} ${randomUUID().repeat(20)}`);
      const args = ['--bootstrap-server', at.broker.bootstrap[0]!, '--topic', topic, '--compression-codec', codec];
      const large = ['--batch-size', '900000', '--timeout', '2000', '--max-memory-bytes', '64000000'];
      await kafkaTool('kafka.tools.ConsoleProducer', [...args, ...large], `${lines.join('\n')}\n`);
      const group = subscribe(`codecs-${codec}`, [topic]);
      await all('every line', group, lines.length);
      assert.deepEqual(group.values, lines);
      await group.close();
      const replayed: string[] = [];
      await at.kafka.read({ topic, partition: 0 }, { first: 10n, last: 2500n }, async ({ value }) => {
        replayed.push(value!.toString());
      });
      assert.deepEqual(replayed, lines.slice(10, 2501));
    });
  }

  test('a group whose next records were deleted goes on with those that are there', async () => {
    await at.broker.topic('retention');
    await publish('retention', texts(0, 10));
    const first = subscribe('retained', ['retention']);
    await all('ten', first, 10);
    await first.close();
    await publish('retention', texts(10, 60));
    await deleteBefore('retention', 50);
    const second = subscribe('retained', ['retention']);
    await all('what is left', second, 10);
    assert.deepEqual(second.values, texts(50, 60));
    assert.ok(said.some((line) => /retention:0 is read from its beginning: offset 10, and the first is 50/.test(line)));
    await second.close();
    const replayed: bigint[] = [];
    const replay = (first: bigint) =>
      at.kafka.read({ topic: 'retention', partition: 0 }, { first, last: 51n }, async ({ offset }) => {
        replayed.push(offset);
      });
    await assert.rejects(replay(0n), /--first 0 is not in retention, partition 0: it holds the offsets 50 to 59/);
    await replay(50n);
    assert.deepEqual(replayed, [50n, 51n]);
  });

  test('a group that is said to be further than its partition reads it from its beginning', async () => {
    await at.broker.topic('shorter');
    await publish('shorter', texts(0, 5));
    await commit('too-far', 'shorter', 1000n);
    const group = subscribe('too-far', ['shorter']);
    await all('five', group, 5);
    assert.deepEqual(group.values, texts(0, 5));
    await group.close();
  });

  test('a topic that comes late, is deleted and made again, or gets a partition is read, and the others all the while', async () => {
    await at.broker.topic('steady');
    const group = subscribe('changes', ['steady', 'late']);
    await publish('steady', ['steady 1']);
    await all('the one that is there', group, 1);
    await at.broker.topic('late');
    await publish('late', texts(0, 5));
    await all('the late one', group, 6);
    await at.broker.admin.deleteTopics({ topics: ['late'] });
    await publish('steady', ['steady 2']);
    await all('the other', group, 7);
    await until(
      'that it is gone',
      () => at.broker.admin.listTopics(),
      (topics) => !topics.includes('late'),
    );
    await at.broker.topic('late');
    await fill('late', 0, texts(100, 108));
    await all('the new one', group, 15);
    await at.broker.admin.createPartitions({ topics: [{ name: 'late', count: 2 }] });
    await until(
      'its leader',
      () => at.broker.counts('late').catch(() => []),
      ({ length }) => length === 2,
    );
    await fill('late', 1, ['second']);
    await all('the second partition', group, 16);
    assert.deepEqual(group.values, ['steady 1', ...texts(0, 5), 'steady 2', ...texts(100, 108), 'second']);
    await group.close();
  });

  test('what transactions have aborted is not read, nor their marks, and what they have committed is', async () => {
    await at.broker.topic('transactions');
    const producer = new Producer({
      ...{ clientId: 'test', bootstrapBrokers: at.broker.bootstrap },
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
    await at.kafka.read({ topic: 'transactions', partition: 0 }, { first: 0n }, async ({ value }) => {
      replayed.push(value!.toString());
    });
    assert.deepEqual(replayed, group.values);
    await group.close();
  });
});
