import assert from 'node:assert/strict';
import { after, before, describe, mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Producer, ResponseError } from '@platformatic/kafka';
import { type Message, NotPublished } from '../../src/events/bus.ts';
import { Kafka } from '../../src/events/kafka.ts';
import { PRODUCER } from '../../src/events/producer.ts';
import { Publisher, TIMES } from '../../src/events/publisher.ts';
import { createLog } from '../../src/log.ts';
import { batchSize } from '../batch-size.ts';
import { until } from '../until.ts';
import { type Broker, message, startBroker } from './broker.ts';

const KIB = 1024;
const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);

describe('what is published', () => {
  let broker: Broker;
  let kafka: Kafka;
  before(async () => {
    broker = await startBroker();
    kafka = new Kafka(broker.bootstrap, createLog('silent'));
  });
  after(async () => {
    await kafka.close();
    await broker.end();
  });

  const event = (topic: string, index: number, bytes: number, key = 'one') =>
    message(topic, `${index} ${'x'.repeat(bytes)}`, key);
  const events = (topic: string, count: number, bytes: number, key?: string) =>
    Array.from({ length: count }, (_, index) => event(topic, index, bytes, key));

  /** What was refused, without all its bytes. */
  const refused = async (messages: Message[]) => (await kafka.publish(messages)).map(({ reason }) => reason);

  /** The numbers that the values of a partition begin with, in its order. */
  async function numbers(topic: string, partition = 0): Promise<number[]> {
    const read: number[] = [];
    const reading = kafka.read({ topic, partition }, { first: 0n }, async ({ value }) => {
      read.push(Number.parseInt(value!.toString('latin1', 0, 10), 10));
    });
    await reading.catch((error: Error) => assert.match(error.message, /holds nothing/));
    return read;
  }
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

  test('500 events of 3 KiB for one partition go in as many batches as they need, in their order', async () => {
    await broker.topic('burst');
    assert.deepEqual(await refused(events('burst', 500, 3 * KIB)), []);
    assert.deepEqual(await numbers('burst'), upTo(500));
  });

  test('two records of 600 KiB with one key are two batches', async () => {
    await broker.topic('large', 3);
    assert.deepEqual(await refused(events('large', 2, 600 * KIB)), []);
    assert.equal(sum(await broker.counts('large')), 2);
  });

  test('a topic that takes 10,000 bytes gets 500 events of 3 KiB, each once and in order, and others theirs once', async () => {
    await broker.topic('narrow', 1, { 'max.message.bytes': '10000' });
    await broker.topic('wide', 3);
    const mixed = events('narrow', 500, 3 * KIB).flatMap((narrow, index) => [
      narrow,
      event('wide', index, 10, `key ${index}`),
    ]);
    assert.deepEqual(await refused(mixed), []);
    assert.deepEqual(await numbers('narrow'), upTo(500));
    assert.equal(sum(await broker.counts('wide')), 500);
  });

  test('a batch of exactly what the topic takes is taken, and of one byte more is refused', async () => {
    const fit = event('exact', 0, 500);
    await broker.topic('exact', 1, { 'max.message.bytes': `${batchSize([fit])}` });
    const refusals = await kafka.publish([fit, event('exact', 1, 501)]);
    assert.deepEqual(
      refusals.map(({ reason }) => reason),
      [`MESSAGE_TOO_LARGE: ${batchSize([fit]) + 1} bytes as a batch of its own, and topic exact does not take it`],
    );
    assert.deepEqual(await broker.counts('exact'), [1]);
  });

  test('one record of 1.2 MiB among small ones is refused alone, and nothing of them is written twice', async () => {
    await broker.topic('mixed', 3);
    const small = Array.from({ length: 300 }, (_, index) => event('mixed', index, 100, `key ${index}`));
    const hopeless = event('mixed', 0, 1.2 * KIB * KIB, 'key 7');
    const refusals = await kafka.publish([...small.slice(0, 150), hopeless, ...small.slice(150)]);
    assert.equal(refusals.length, 1);
    assert.ok(refusals[0]!.message === hopeless);
    assert.match(refusals[0]!.reason, /^MESSAGE_TOO_LARGE: 12\d{5} bytes/);
    assert.equal(sum(await broker.counts('mixed')), 300);
  });

  test('one record without a key among many of a compacted topic is found and refused, and all others are there once', async () => {
    await broker.topic('compacted', 1, { 'cleanup.policy': 'compact' });
    const keyed = events('compacted', 200, 100);
    const bare = { ...event('compacted', 0, 100), key: null };
    const refusals = await kafka.publish([...keyed.slice(0, 120), bare, ...keyed.slice(120)]);
    assert.deepEqual(
      refusals.map((refusal) => refusal.message),
      [bare],
    );
    assert.match(refusals[0]!.reason, /^INVALID_RECORD/);
    assert.deepEqual(await numbers('compacted'), upTo(200));
  });

  test('a record that no broker could take is refused without being sent', async () => {
    await broker.topic('huge');
    const huge = message('huge', Buffer.alloc(33 * KIB * KIB));
    const refusals = await kafka.publish([event('huge', 0, 10), huge, event('huge', 1, 10)]);
    const reason = `larger than what is sent: ${batchSize([huge])} bytes, and 33554432 are the most`;
    assert.equal(refusals.length, 1);
    assert.ok(refusals[0]!.message === huge);
    assert.equal(refusals[0]!.reason, reason);
    assert.deepEqual(await numbers('huge'), [0, 1]);
  });

  const connect = () => new Producer({ ...PRODUCER, clientId: 'test', bootstrapBrokers: broker.bootstrap });
  const hurried = (times: Partial<typeof TIMES>) => new Publisher(connect, { ...TIMES, ...times });

  type Send = (options: Parameters<Producer['send']>[0]) => Promise<unknown>;
  /** Its requests go through `answer`, from the first one on. */
  function between(answer: (request: number, send: () => Promise<unknown>) => Promise<unknown>, times = {}) {
    let requests = 0;
    const tampered = () => {
      const producer = connect();
      const send: Send = producer.send.bind(producer);
      mock.method(producer, 'send', ((options) => answer(++requests, () => send(options))) satisfies Send);
      return producer;
    };
    return { publisher: new Publisher(tampered, { ...TIMES, ...times }), requests: () => requests };
  }

  /** As a broker answers for the first partition. */
  const refuses = (name: string, errorCode: number) =>
    Promise.reject(
      new ResponseError(
        0,
        9,
        { '/': [errorCode, null] },
        {
          responses: [{ name, partitionResponses: [{ index: 0, errorCode }] }],
        },
      ),
    );

  test('a topic that is not there keeps its own messages waiting for a while, which are refused then, and no others', async () => {
    await broker.topic('there', 3);
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
    await broker.topic('not-there');
    assert.deepEqual(await publisher.publish(lost), []);
    assert.equal(sum(await broker.counts('there')), 20);
    assert.equal(sum(await broker.counts('not-there')), 2);
    await publisher.close();
  });

  test('a name that no topic can have is refused at once', async () => {
    await broker.topic('named');
    const odd = event('no topic', 0, 10);
    const refusals = await kafka.publish([odd, event('named', 0, 10)]);
    assert.deepEqual(refusals, [{ message: odd, reason: 'INVALID_TOPIC_EXCEPTION: topic no topic' }]);
    assert.deepEqual(await broker.counts('named'), [1]);
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
    await broker.topic('read-only');
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

  test('replicas that are too few for one topic stop no other, and what was written is known at once', async () => {
    await broker.topic('short', 1, { 'min.insync.replicas': '2' });
    await broker.topic('whole', 3);
    const { publisher, requests } = between((_, send) => send());
    const others = events('whole', 50, 10);
    const left: Message[] = events('short', 2, 10);
    await assert.rejects(publisher.publish([...left, ...others]), (error: NotPublished) => {
      assert.match(error.message, /^NOT_ENOUGH_REPLICAS: topic short, partition 0/);
      assert.deepEqual([...error.published], others);
      return true;
    });
    assert.equal(requests(), 1);
    assert.equal(sum(await broker.counts('whole')), 50);
    await publisher.close();
  });

  test('what has no replicas is left over, also when the rest is refused without being sent', async () => {
    const huge = message('whole', Buffer.alloc(33 * KIB * KIB), 'one');
    const first = event('whole', 0, 10);
    await assert.rejects(kafka.publish([first, huge, event('short', 0, 10)]), (error: NotPublished) => {
      assert.match(error.message, /^NOT_ENOUGH_REPLICAS: topic short, partition 0/);
      assert.deepEqual([...error.published], [first]);
      assert.equal(error.refusals.length, 1);
      return true;
    });
  });

  const NOT_LEADER_OR_FOLLOWER = 6;
  test('a leader that is being chosen is waited for when there is nothing else to send', async () => {
    await broker.topic('led');
    const { publisher } = between((request, send) => (request < 3 ? refuses('led', NOT_LEADER_OR_FOLLOWER) : send()));
    assert.deepEqual(await publisher.publish(events('led', 2, 10)), []);
    assert.deepEqual(await numbers('led'), upTo(2));
    await publisher.close();
  });

  test('a publish that takes too long ends, however many requests it needs, and says what is published', async () => {
    await broker.topic('slow');
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
    await broker.topic('damaged');
    const { publisher } = between((request, send) => (request < 3 ? refuses('damaged', CORRUPT_MESSAGE) : send()));
    assert.deepEqual(await publisher.publish([event('damaged', 0, 10)]), []);
    assert.deepEqual(await numbers('damaged'), [0]);
    await publisher.close();
  });

  test('a record that comes damaged three times is refused', async () => {
    await broker.topic('broken');
    const { publisher, requests } = between((request, send) =>
      request <= 3 ? refuses('broken', CORRUPT_MESSAGE) : send(),
    );
    const refusals = await publisher.publish([event('broken', 0, 10)]);
    assert.match(refusals[0]!.reason, /^CORRUPT_MESSAGE/);
    assert.equal(requests(), 3);
    await publisher.close();
  });

  test('a topic that was deleted and made again is written to', async () => {
    await broker.topic('again', 3);
    await kafka.publish(events('again', 3, 10));
    await broker.admin.deleteTopics({ topics: ['again'] });
    await until(
      'that it is gone',
      () => broker.admin.listTopics(),
      (topics) => !topics.includes('again'),
    );
    await broker.topic('again', 1);
    await until(
      'all of it',
      () =>
        kafka.publish(events('again', 3, 10)).then(
          () => true,
          () => false,
        ),
      (done) => done,
    );
    assert.deepEqual(await numbers('again'), upTo(3));
  });

  test('a broker that is away is said in few words, and what waits goes out when it is back', async () => {
    await broker.topic('outage');
    await broker.program.stop('SIGKILL');
    await assert.rejects(kafka.publish(events('outage', 5, 10)), (error: NotPublished) => {
      assert.ok(error.message.length < 200 && /ECONNREFUSED|onnect/.test(error.message), error.message);
      assert.equal(error.published.size, 0);
      return true;
    });
    broker.program.start();
    await until(
      'an answer',
      () =>
        kafka.publish(events('outage', 5, 10)).then(
          () => true,
          () => false,
        ),
      (done) => done,
    );
    assert.deepEqual((await numbers('outage')).slice(-5), upTo(5));
  });
});
