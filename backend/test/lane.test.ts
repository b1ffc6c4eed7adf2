import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Received } from '../src/events/bus.ts';
import { Lane } from '../src/events/lane.ts';
import { createLog } from '../src/log.ts';
import { Seldom } from '../src/seldom.ts';
import { until } from './until.ts';

describe('what was fetched of a partition', () => {
  const received = (offset: number, size = 1): Received => ({
    ...{ topic: 'any', partition: 0, offset: BigInt(offset), key: null },
    ...{ value: Buffer.alloc(size), headers: {} },
  });

  /** A lane whose first message waits for `open`. */
  function stuck(woken = () => {}) {
    const gate = Promise.withResolvers<void>();
    const begun: bigint[] = [];
    const handle = async ({ offset }: Received) => {
      begun.push(offset);
      if (begun.length === 1) await gate.promise;
    };
    const closing = new AbortController();
    const place = { topic: 'any', partition: 0 };
    const lane = new Lane(place, handle, closing.signal, new Seldom(createLog('silent')), woken);
    lane.own('id');
    const take = (...messages: Received[]) => lane.take(messages, messages.at(-1)!.offset + 1n);
    return { lane, begun, closing, take, open: gate.resolve };
  }

  test('is handled one after the other, and counts as read when it is done', async () => {
    const { lane, begun, take, open } = stuck();
    take(received(3), received(4));
    take(received(7));
    assert.deepEqual([begun, lane.position], [[3n], 3n]);
    open();
    await lane.done();
    assert.deepEqual([begun, lane.position], [[3n, 4n, 7n], 8n]);
  });

  test('is no more than some, by number and by size, until there is room again, which is told once', async () => {
    for (const [count, size] of [
      [128, 1],
      [4, 64 * 1024],
    ] as const) {
      let woken = 0;
      const { lane, take, open } = stuck(() => {
        woken += 1;
      });
      take(...Array.from({ length: count - 1 }, (_, index) => received(index, size)));
      assert.ok(lane.hasRoom);
      take(received(count, size));
      assert.ok(!lane.hasRoom);
      open();
      await lane.done();
      assert.deepEqual([lane.hasRoom, woken], [true, 1]);
    }
  });

  test('does not count when the partition was another member’s meanwhile, and takes nothing with it', async () => {
    const { lane, begun, take, open } = stuck();
    take(received(0), received(1));
    lane.lose();
    assert.equal(lane.position, undefined);
    lane.own('id');
    take(received(5), received(6));
    assert.deepEqual([begun, lane.position], [[0n], 5n]);
    open();
    await until(
      'the end',
      async () => begun.length,
      (length) => length === 3,
    );
    await lane.done();
    assert.deepEqual([begun, lane.position], [[0n, 5n, 6n], 7n]);
  });

  test('is left when the subscription is closed, from the message on that is at work', async () => {
    const { lane, begun, closing, take, open } = stuck();
    take(received(0), received(1));
    closing.abort();
    open();
    await lane.done();
    assert.deepEqual([begun, lane.position], [[0n], 1n]);
  });
});
