import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { batchSize } from '../batch-size.ts';
import { message } from './broker.ts';
import { event, events, KIB, publishing, sum, upTo } from './publishing.ts';

describe('what is published', () => {
  const at = publishing();
  const { refused, numbers } = at;

  test('500 events of 3 KiB for one partition go in as many batches as they need, in their order', async () => {
    await at.broker.topic('burst');
    assert.deepEqual(await refused(events('burst', 500, 3 * KIB)), []);
    assert.deepEqual(await numbers('burst'), upTo(500));
  });

  test('two records of 600 KiB with one key are two batches', async () => {
    await at.broker.topic('large', 3);
    assert.deepEqual(await refused(events('large', 2, 600 * KIB)), []);
    assert.equal(sum(await at.broker.counts('large')), 2);
  });

  test('a topic that takes 10,000 bytes gets 500 events of 3 KiB, each once and in order, and others theirs once', async () => {
    await at.broker.topic('narrow', 1, { 'max.message.bytes': '10000' });
    await at.broker.topic('wide', 3);
    const mixed = events('narrow', 500, 3 * KIB).flatMap((narrow, index) => [
      narrow,
      event('wide', index, 10, `key ${index}`),
    ]);
    assert.deepEqual(await refused(mixed), []);
    assert.deepEqual(await numbers('narrow'), upTo(500));
    assert.equal(sum(await at.broker.counts('wide')), 500);
  });

  test('a batch of exactly what the topic takes is taken, and of one byte more is refused', async () => {
    const fit = event('exact', 0, 500);
    await at.broker.topic('exact', 1, { 'max.message.bytes': `${batchSize([fit])}` });
    const refusals = await at.kafka.publish([fit, event('exact', 1, 501)]);
    assert.deepEqual(
      refusals.map(({ reason }) => reason),
      [`MESSAGE_TOO_LARGE: ${batchSize([fit]) + 1} bytes as a batch of its own, and topic exact does not take it`],
    );
    assert.deepEqual(await at.broker.counts('exact'), [1]);
  });

  test('one record of 1.2 MiB among small ones is refused alone, and nothing of them is written twice', async () => {
    await at.broker.topic('mixed', 3);
    const small = Array.from({ length: 300 }, (_, index) => event('mixed', index, 100, `key ${index}`));
    const hopeless = event('mixed', 0, 1.2 * KIB * KIB, 'key 7');
    const refusals = await at.kafka.publish([...small.slice(0, 150), hopeless, ...small.slice(150)]);
    assert.equal(refusals.length, 1);
    assert.ok(refusals[0]!.message === hopeless);
    assert.match(refusals[0]!.reason, /^MESSAGE_TOO_LARGE: 12\d{5} bytes/);
    assert.equal(sum(await at.broker.counts('mixed')), 300);
  });

  test('one record without a key among many of a compacted topic is found and refused, and all others are there once', async () => {
    await at.broker.topic('compacted', 1, { 'cleanup.policy': 'compact' });
    const keyed = events('compacted', 200, 100);
    const bare = { ...event('compacted', 0, 100), key: null };
    const refusals = await at.kafka.publish([...keyed.slice(0, 120), bare, ...keyed.slice(120)]);
    assert.deepEqual(
      refusals.map((refusal) => refusal.message),
      [bare],
    );
    assert.match(refusals[0]!.reason, /^INVALID_RECORD/);
    assert.deepEqual(await numbers('compacted'), upTo(200));
  });

  test('a record that no broker could take is refused without being sent', async () => {
    await at.broker.topic('huge');
    const huge = message('huge', Buffer.alloc(33 * KIB * KIB));
    const refusals = await at.kafka.publish([event('huge', 0, 10), huge, event('huge', 1, 10)]);
    const reason = `larger than what is sent: ${batchSize([huge])} bytes, and 33554432 are the most`;
    assert.equal(refusals.length, 1);
    assert.ok(refusals[0]!.message === huge);
    assert.equal(refusals[0]!.reason, reason);
    assert.deepEqual(await numbers('huge'), [0, 1]);
  });
});
