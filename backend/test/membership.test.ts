import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import type { Consumer } from '@platformatic/kafka';
import { Membership } from '../src/events/membership.ts';
import { createLog } from '../src/log.ts';
import { until } from './until.ts';

const SILENCE = 300;
const TIMES = { interval: 10, again: 50, unanswered: 300, farewell: 50 };

/** Stands for a client in a state that the real one gets into once in many rebalances, and at nobody's wish. */
class Silent {
  joined = 0;
  /** `partition@offset` of each that was told, a request after the other. */
  readonly told: string[][] = [];
  private streams: Readable[] = [];
  private readonly assignments;

  constructor(
    partitions: number[],
    private readonly answer = async () => {},
  ) {
    this.assignments = [{ topic: 'bss.events', partitions }];
  }

  join = () => {
    this.joined += 1;
    const stream = Object.assign(new Readable({ objectMode: true, read() {} }), { close: () => stream.push(null) });
    this.streams.push(stream);
    const commit = ({ offsets }: { offsets: { partition: number; offset: bigint }[] }) => {
      this.told.push(offsets.map(({ partition, offset }) => `${partition}@${offset}`));
      return this.answer();
    };
    const { assignments } = this;
    const listCommittedOffsets = async () => new Map([['bss.events', [255n, -1n, 255n]]]);
    const client = {
      assignments,
      on() {},
      commit,
      listCommittedOffsets,
      consume: async () => stream,
      close: async () => {},
    };
    return client as unknown as Consumer;
  };

  fetch = () => this.streams.at(-1)!.emit('fetch');
  message = (partition: number, offset: bigint) =>
    this.streams.at(-1)!.push({ topic: 'bss.events', partition, offset, headers: new Map() });
}

const member = ({ join }: Silent, silence = SILENCE, handle = async () => {}) =>
  new Membership(join, ['bss.events'], handle, createLog('silent'), silence, TIMES);

const moreThan = (count: number) => (value: number) => value > count;

describe('a member of a consumer group', { concurrency: true }, () => {
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
    const memberships = [quiet, spare].map((client) => member(client));
    const fetches = setInterval(quiet.fetch, SILENCE / 10);
    await new Promise((resolve) => setTimeout(resolve, 4 * SILENCE));
    clearInterval(fetches);
    await Promise.all(memberships.map((membership) => membership.close()));
    assert.deepEqual([quiet.joined, spare.joined], [1, 1]);
  });

  test('tells its offsets again though nothing has come, as another may have taken the group back meanwhile', async () => {
    const client = new Silent([0, 2]);
    const membership = member(client, 60_000);
    await until('a stream', async () => client.joined, moreThan(0));
    await until('three requests', async () => client.told.length, moreThan(2));
    await membership.close();
    assert.deepEqual([...new Set(client.told.map(String))], ['0@255,2@255']);
  });

  test('tells nothing of a partition that it has lost while it was at a message', async () => {
    const partitions = [0, 2];
    const client = new Silent(partitions);
    const membership = member(client, 60_000, async () => {
      partitions.pop();
    });
    await until('a stream', async () => client.joined, moreThan(0));
    client.message(2, 300n);
    await until('two requests', async () => client.told.length, moreThan(1));
    await membership.close();
    assert.deepEqual([...new Set(client.told.map(String))], ['0@255']);
  });

  test('whose offsets are not taken sends one request at a time, and joins again', async () => {
    const client = new Silent([0], () => new Promise(() => {}));
    const membership = member(client, 1000);
    await until('a stream', async () => client.joined, moreThan(0));
    const fetches = setInterval(client.fetch, 100);
    await until('a second time', async () => client.joined, moreThan(1));
    clearInterval(fetches);
    const told = client.told.length;
    await membership.close();
    assert.equal(told, 1);
  });
});
