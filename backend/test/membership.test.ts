import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import type { Consumer } from '@platformatic/kafka';
import { Membership } from '../src/events/membership.ts';
import { createLog } from '../src/log.ts';
import { until } from './until.ts';

const SILENCE = 300;

/** Stands for a client in a state that the real one gets into once in many rebalances, and at nobody's wish. */
class Silent {
  joined = 0;
  private streams: Readable[] = [];

  constructor(private readonly partitions: number[]) {}

  join = () => {
    this.joined += 1;
    const stream = Object.assign(new Readable({ objectMode: true, read() {} }), { close: () => stream.push(null) });
    this.streams.push(stream);
    const assignments = [{ topic: 'bss.events', partitions: this.partitions }];
    return { assignments, on() {}, consume: async () => stream, close: async () => {} } as unknown as Consumer;
  };

  fetch = () => this.streams.at(-1)!.emit('fetch');
}

const member = ({ join }: Silent) => new Membership(join, ['bss.events'], async () => {}, createLog('silent'), SILENCE);

describe('a member of a consumer group', () => {
  test('that has partitions and hears nothing any more joins again', async () => {
    const client = new Silent([0]);
    const membership = member(client);
    await until(
      'a second time',
      async () => client.joined,
      (joined) => joined > 1,
    );
    await membership.close();
  });

  test('stays while fetches come back without records, or while it has no partition', async () => {
    const [quiet, spare] = [new Silent([0]), new Silent([])];
    const memberships = [quiet, spare].map(member);
    const fetches = setInterval(quiet.fetch, SILENCE / 10);
    await new Promise((resolve) => setTimeout(resolve, 4 * SILENCE));
    clearInterval(fetches);
    await Promise.all(memberships.map((membership) => membership.close()));
    assert.deepEqual([quiet.joined, spare.joined], [1, 1]);
  });
});
