import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Handle } from '../../src/events/bus.ts';
import { until } from '../until.ts';
import { message } from './broker.ts';
import { groups } from './groups.ts';

describe('groups', { concurrency: true }, () => {
  const at = groups();
  const { subscribe, texts, all, fill } = at;

  /** A handler that stands still at one value until it is let go. */
  function stuckAt(value: string) {
    const gate = Promise.withResolvers<void>();
    const handle: Handle = async (received) => {
      if (`${received.value} `.startsWith(value)) await gate.promise;
    };
    return { handle, open: () => gate.resolve() };
  }

  test('a partition that stands still stops no other, not in a rebalance either, and loses and reorders nothing', async () => {
    await at.broker.topic('lanes', 3);
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

  test('a group knows how far it is behind, in a partition that stands still, too', async () => {
    await at.broker.topic('behind', 2);
    const stuck = stuckAt('3 ');
    const group = subscribe('behind', ['behind'], stuck.handle);
    const lag = (partition: number) => group.lags().find((each) => each.partition === partition)?.lag;
    const behind = (messages: number) =>
      until(
        `${messages} messages`,
        async () => [lag(0), lag(1)],
        (lags) => lags[0] === messages && lags[1] === 0,
      );
    await fill('behind', 1, ['other']);
    // More than wait in memory: from there on nothing is fetched.
    await fill('behind', 0, texts(0, 300));
    await behind(297);
    await fill('behind', 0, texts(300, 500));
    await behind(497);
    stuck.open();
    await behind(0);
    await group.close();
    assert.deepEqual(group.lags(), []);
  });

  test('a member that is closed while a message stands still goes in bounded time, and the next one gets the message', async () => {
    await at.broker.topic('closed', 2);
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
    await at.broker.topic('failing', 2);
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
    await at.broker.topic('headers');
    const headerList = [
      ['Trace', Buffer.from('1')],
      ['trace', Buffer.from('2')],
      ['Trace', Buffer.alloc(0)],
    ] as const;
    await at.kafka.publish([{ ...message('headers', 'x'), headerList }]);
    const group = subscribe('headers', ['headers']);
    await all('it', group, 1);
    assert.deepEqual(group.seen[0]!.headerList, headerList);
    assert.deepEqual(group.seen[0]!.headers, { trace: Buffer.alloc(0) });
    await group.close();
  });
});
