import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, NotPublished } from '../../src/events/bus.ts';
import { untilDone } from '../until.ts';
import { message } from './broker.ts';
import { event, events, KIB, publishing, refuses, sum, upTo } from './publishing.ts';

describe('trouble while publishing', () => {
  const at = publishing();
  const { numbers, between } = at;

  test('replicas that are too few for one topic stop no other, and what was written is known at once', async () => {
    await at.broker.topic('short', 1, { 'min.insync.replicas': '2' });
    await at.broker.topic('whole', 3);
    const { publisher, requests } = between((_, send) => send());
    const others = events('whole', 50, 10);
    const left: Message[] = events('short', 2, 10);
    await assert.rejects(publisher.publish([...left, ...others]), (error: NotPublished) => {
      assert.match(error.message, /^NOT_ENOUGH_REPLICAS: topic short, partition 0/);
      assert.deepEqual([...error.published], others);
      return true;
    });
    assert.equal(requests(), 1);
    assert.equal(sum(await at.broker.counts('whole')), 50);
    await publisher.close();
  });

  test('what has no replicas is left over, also when the rest is refused without being sent', async () => {
    const huge = message('whole', Buffer.alloc(33 * KIB * KIB), 'one');
    const first = event('whole', 0, 10);
    await assert.rejects(at.kafka.publish([first, huge, event('short', 0, 10)]), (error: NotPublished) => {
      assert.match(error.message, /^NOT_ENOUGH_REPLICAS: topic short, partition 0/);
      assert.deepEqual([...error.published], [first]);
      assert.equal(error.refusals.length, 1);
      return true;
    });
  });

  const NOT_LEADER_OR_FOLLOWER = 6;
  test('a leader that is being chosen is waited for when there is nothing else to send', async () => {
    await at.broker.topic('led');
    const { publisher } = between((request, send) => (request < 3 ? refuses('led', NOT_LEADER_OR_FOLLOWER) : send()));
    assert.deepEqual(await publisher.publish(events('led', 2, 10)), []);
    assert.deepEqual(await numbers('led'), upTo(2));
    await publisher.close();
  });

  test('a publish that takes too long ends, however many requests it needs, and says what is published', async () => {
    await at.broker.topic('slow');
    const slow = between((_, send) => sleep(500).then(send), { deadline: 1700 });
    const all = events('slow', 8, 600 * KIB);
    const begin = performance.now();
    await assert.rejects(slow.publisher.publish(all), (error: NotPublished) => {
      assert.equal(error.message, 'Kafka did not answer within 1700 ms');
      assert.ok(error.published.size > 0 && error.published.size < 4, `${error.published.size} are published`);
      assert.deepEqual([...error.published], all.slice(0, error.published.size));
      return true;
    });
    const took = performance.now() - begin;
    assert.ok(took < 2500, `it took ${took} ms`);
    await slow.publisher.close();

    // Work of the process itself, during which no timer can say that it is late.
    const work = (end = performance.now() + 500) => {
      while (performance.now() < end);
    };
    const busy = between((_, send) => send().then(() => work()), { deadline: 500 });
    await assert.rejects(busy.publisher.publish(all), /Kafka did not take all of it within 500 ms/);
    assert.equal(busy.requests(), 1);
    await busy.publisher.close();

    const leaderless = between(() => refuses('slow', NOT_LEADER_OR_FOLLOWER), { deadline: 500, leaders: 60_000 });
    await assert.rejects(leaderless.publisher.publish(all), /^NotPublished: NOT_LEADER_OR_FOLLOWER: topic slow/);
    assert.ok(leaderless.requests() < 3, `${leaderless.requests()} requests`);
    await leaderless.publisher.close();
  });

  const CORRUPT_MESSAGE = 2;
  test('a record that was damaged on the way is sent again', async () => {
    await at.broker.topic('damaged');
    const { publisher } = between((request, send) => (request < 3 ? refuses('damaged', CORRUPT_MESSAGE) : send()));
    assert.deepEqual(await publisher.publish([event('damaged', 0, 10)]), []);
    assert.deepEqual(await numbers('damaged'), [0]);
    await publisher.close();
  });

  test('a record that comes damaged three times is refused', async () => {
    await at.broker.topic('broken');
    const { publisher, requests } = between((request, send) =>
      request <= 3 ? refuses('broken', CORRUPT_MESSAGE) : send(),
    );
    const refusals = await publisher.publish([event('broken', 0, 10)]);
    assert.match(refusals[0]!.reason, /^CORRUPT_MESSAGE/);
    assert.equal(requests(), 3);
    await publisher.close();
  });

  test('a broker that is away is said in few words, and what waits goes out when it is back', async () => {
    await at.broker.topic('outage');
    await at.broker.program.stop('SIGKILL');
    await assert.rejects(at.kafka.publish(events('outage', 5, 10)), (error: NotPublished) => {
      assert.ok(error.message.length < 200 && /ECONNREFUSED|onnect/.test(error.message), error.message);
      assert.equal(error.published.size, 0);
      return true;
    });
    at.broker.program.start();
    await untilDone('an answer', () => at.kafka.publish(events('outage', 5, 10)));
    assert.deepEqual((await numbers('outage')).slice(-5), upTo(5));
  });
});
