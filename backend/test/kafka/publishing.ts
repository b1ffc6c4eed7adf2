import assert from 'node:assert/strict';
import { after, before, mock } from 'node:test';
import { Producer, ResponseError } from '@platformatic/kafka';
import type { Message } from '../../src/events/bus.ts';
import { Kafka } from '../../src/events/kafka.ts';
import { PRODUCER } from '../../src/events/producer.ts';
import { Publisher, TIMES } from '../../src/events/publisher.ts';
import { createLog } from '../../src/log.ts';
import { type Broker, message, startBroker } from './broker.ts';

export const KIB = 1024;
export const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);

export const event = (topic: string, index: number, bytes: number, key = 'one') =>
  message(topic, `${index} ${'x'.repeat(bytes)}`, key);
export const events = (topic: string, count: number, bytes: number, key?: string) =>
  Array.from({ length: count }, (_, index) => event(topic, index, bytes, key));
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** As a broker answers for the first partition. */
export const refuses = (name: string, errorCode: number) =>
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

type Send = (options: Parameters<Producer['send']>[0]) => Promise<unknown>;

/** A broker for the tests of one file, and what publishes to it. */
export function publishing() {
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

  const connect = () => new Producer({ ...PRODUCER, clientId: 'test', bootstrapBrokers: broker.bootstrap });
  const hurried = (times: Partial<typeof TIMES>) => new Publisher(connect, { ...TIMES, ...times });

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

  return {
    ...{ refused, numbers, hurried, between },
    get broker() {
      return broker;
    },
    get kafka() {
      return kafka;
    },
  };
}
