import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Producer } from '@platformatic/kafka';
import { until, untilDone } from '../until.ts';
import { groups } from './groups.ts';

describe('groups when the broker is away', () => {
  const at = groups();
  const { said, subscribe, publish, texts, all, fill, deleteBefore } = at;

  /** Two members and one partition: the first one has it. */
  async function pair(topic: string) {
    await at.broker.topic(topic);
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
      at.broker.program.signal('SIGSTOP');
      await sleep(12_000);
      at.broker.program.signal('SIGCONT');
    },
    killed: async () => {
      await at.broker.program.stop('SIGKILL');
      await sleep(12_000);
      at.broker.program.start();
    },
  };
  for (const [how, outage] of Object.entries(away)) {
    test(`for 12 s because it is ${how}, a member that had nothing to do still takes over later`, async () => {
      const { members, seen } = await pair(how);
      await outage();
      await untilDone('that it answers', () => publish(how, ['after']));
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
    await at.broker.topic('broken', 2);
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: at.broker.bootstrap });
    for (const [index, partition] of [0, 0, 0, 1].entries()) {
      const messages = texts(10 * index, 10 * index + 10).map((text) => ({
        ...{ topic: 'broken', partition },
        value: Buffer.from(`${text} ${randomUUID()}`),
      }));
      await producer.send({ acks: -1, compression: 'gzip', messages });
    }
    await producer.close();
    const [described] = await at.broker.admin.describeLogDirs({ topics: [{ name: 'broken', partitions: [0] }] });
    await at.broker.program.stop('SIGTERM');
    const file = join(described!.results[0]!.logDir, 'broken-0', `${'0'.repeat(20)}.log`);
    const content = readFileSync(file);
    const second = 12 + content.readInt32BE(8);
    content.fill(0xff, second + 80, second + 120);
    writeFileSync(file, content);
    at.broker.program.start();
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
