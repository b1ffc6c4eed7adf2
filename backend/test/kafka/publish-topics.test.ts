import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotPublished } from '../../src/events/bus.ts';
import { until, untilDone } from '../until.ts';
import { event, events, publishing, refuses, sum, upTo } from './publishing.ts';

describe('topics that are published to', () => {
  const at = publishing();
  const { numbers, hurried, between } = at;

  test('a topic that is not there keeps its own messages waiting for a while, which are refused then, and no others', async () => {
    await at.broker.topic('there', 3);
    const publisher = hurried({ topic: 1500 });
    const lost = [event('not-there', 0, 10), event('not-there', 1, 10)];
    const others = events('there', 20, 10);
    await assert.rejects(publisher.publish([lost[0]!, ...others, lost[1]!]), (error: NotPublished) => {
      assert.equal(error.message, 'UNKNOWN_TOPIC_OR_PARTITION: topic not-there');
      assert.deepEqual([...error.published], others);
      return error instanceof NotPublished;
    });
    const refusals = await until(
      'a refusal',
      () => publisher.publish(lost).catch(() => []),
      ({ length }) => length > 0,
    );
    assert.deepEqual(
      refusals.map((refusal) => refusal.message),
      lost,
    );
    await at.broker.topic('not-there');
    assert.deepEqual(await publisher.publish(lost), []);
    assert.equal(sum(await at.broker.counts('there')), 20);
    assert.equal(sum(await at.broker.counts('not-there')), 2);
    await publisher.close();
  });

  test('a name that no topic can have is refused at once', async () => {
    await at.broker.topic('named');
    const odd = event('no topic', 0, 10);
    const refusals = await at.kafka.publish([odd, event('named', 0, 10)]);
    assert.deepEqual(refusals, [{ message: odd, reason: 'INVALID_TOPIC_EXCEPTION: topic no topic' }]);
    assert.deepEqual(await at.broker.counts('named'), [1]);
  });

  test('a topic that is missing once, and once more much later, keeps its messages waiting', async () => {
    const publisher = hurried({ topic: 100, gap: 50 });
    const lost = [event('seldom-there', 0, 10)];
    for (const _ of ['once', 'once more']) {
      await assert.rejects(publisher.publish(lost), (error: NotPublished) => {
        assert.deepEqual(error.refusals, []);
        return error instanceof NotPublished;
      });
      await sleep(150);
    }
    await publisher.close();
  });

  test('a topic that may be asked about and not be written to is refused after a while', async () => {
    await at.broker.topic('read-only');
    const TOPIC_AUTHORIZATION_FAILED = 29;
    const times = { topic: 500, leaders: 0 };
    const { publisher } = between(() => refuses('read-only', TOPIC_AUTHORIZATION_FAILED), times);
    const refusals = await until(
      'a refusal',
      () => publisher.publish([event('read-only', 0, 10)]).catch(() => []),
      ({ length }) => length > 0,
    );
    assert.equal(refusals[0]!.reason, 'TOPIC_AUTHORIZATION_FAILED: topic read-only');
    await publisher.close();
  });

  test('a topic that was deleted and made again is written to', async () => {
    await at.broker.topic('again', 3);
    await at.kafka.publish(events('again', 3, 10));
    await at.broker.admin.deleteTopics({ topics: ['again'] });
    await until(
      'that it is gone',
      () => at.broker.admin.listTopics(),
      (topics) => !topics.includes('again'),
    );
    await at.broker.topic('again', 1);
    await untilDone('all of it', () => at.kafka.publish(events('again', 3, 10)));
    assert.deepEqual(await numbers('again'), upTo(3));
  });
});
