import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../until.ts';
import { type Process, startProcess } from './process.ts';

describe('replay', () => {
  let backend: Process;
  before(async () => {
    backend = await startProcess('replay');
    // So many that each partition has some.
    for (let index = 0; index < 40; index += 1) {
      await backend.create('customers', { name: `Number ${index}`, email: 'a@example.com' });
    }
    await until(
      'all welcomes',
      () => backend.count('notification'),
      (found) => found === 40,
    );
  });
  after(() => backend.end());

  test('events of before a backup was restored are replayed from an offset, and those that had their effect have none', async () => {
    const lost = await backend.create('customers', { name: 'Lost', email: 'a@example.com' });
    const kept = await backend.create('customers', { name: 'Kept', email: 'a@example.com' });
    for (const { id } of [lost, kept]) {
      await until(
        'a welcome',
        () => backend.count('notification WHERE customer_id = $1', [id]),
        (found) => found === 1,
      );
    }
    // As a backup that is some minutes old would have it.
    await backend.sql('DELETE FROM notification WHERE customer_id = $1', [lost.id]);
    const records = await backend.read('bss.customer.events');
    const first = records.find(({ key }) => key === lost.id)!;
    await backend.sql(`DELETE FROM inbox WHERE consumer = 'notification' AND event_id = $1`, [first.headers['ce_id']]);
    const later = records.filter(({ partition, offset }) => partition === first.partition && offset >= first.offset);
    const args = [
      '--consumer',
      'notification',
      '--topic',
      'bss.customer.events',
      '--partition',
      `${first.partition}`,
      '--first',
      `${first.offset}`,
    ];
    const counts = JSON.parse(await backend.replay(args));
    assert.equal(counts.applied, 1);
    assert.equal(counts.duplicate ?? 0, later.length - 1);
    for (const { id } of [lost, kept])
      assert.equal(await backend.count('notification WHERE customer_id = $1', [id]), 1);
    assert.deepEqual(JSON.parse(await backend.replay([...args, '--last', `${first.offset}`])), { duplicate: 1 });
  });

  test('a replay of what is not there says what there is, and fails', async () => {
    const records = (await backend.read('bss.customer.events')).filter(({ partition }) => partition === 0);
    const last = records.at(-1)!.offset;
    const ask = (more: Record<string, string>) =>
      backend.replay(
        Object.entries({
          consumer: 'audit',
          topic: 'bss.customer.events',
          partition: '0',
          first: '0',
          ...more,
        }).flatMap(([name, value]) => [`--${name}`, value]),
      );
    const holds = `it holds the offsets 0 to ${last}`;
    const wrong: [Record<string, string>, string][] = [
      [{ consumer: 'nobody' }, 'Consumers: notification, billing, provisioning, analytics, audit'],
      [{ topic: 'bss.costumer.events' }, 'the topic bss.costumer.events; is that its name?'],
      [{ partition: '3' }, 'bss.customer.events has no partition 3: it has 3, from 0 to 2.'],
      [{ first: `${last + 1n}` }, `--first ${last + 1n} is not in bss.customer.events, partition 0: ${holds}.`],
      [{ last: '1000000' }, `--last 1000000 is not in bss.customer.events, partition 0: ${holds}.`],
      [{ first: '1', last: '0' }, '--last 0 is before --first 1.'],
      [{ topic: 'bss.audit.events', consumer: 'audit', first: '99999' }, 'bss.audit.events, partition 0'],
    ];
    await Promise.all(
      wrong.map(([more, text]) =>
        assert.rejects(ask(more), ({ code, stderr, stdout }: Error & Record<'code' | 'stderr' | 'stdout', unknown>) => {
          assert.ok(`${stderr}`.includes(text), `${stderr}`);
          assert.deepEqual([code, stdout], [1, '']);
          return true;
        }),
      ),
    );
  });
});
