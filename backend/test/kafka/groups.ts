import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { Consumer, Producer } from '@platformatic/kafka';
import { pino } from 'pino';
import type { Handle, Received, Subscription } from '../../src/events/bus.ts';
import { Kafka } from '../../src/events/kafka.ts';
import { TIMES } from '../../src/events/member.ts';
import { kafkaTool } from '../servers/kafka.ts';
import { until } from '../until.ts';
import { type Broker, message, startBroker } from './broker.ts';

/** A broker for the tests of one file, and groups that read from it. */
export function groups() {
  let broker: Broker;
  let kafka: Kafka;
  const said: string[] = [];
  const open = new Set<Subscription>();
  before(async () => {
    broker = await startBroker();
    const log = pino({ level: 'warn' }, { write: (line) => void said.push(line) });
    // Looks at the topics more often, to be done sooner.
    kafka = new Kafka(broker.bootstrap, log, { ...TIMES, watch: 1000 });
  });
  after(async () => {
    await Promise.all([...open].map((subscription) => subscription.close()));
    await kafka.close();
    await broker.end();
  });

  function subscribe(group: string, topics: string[], handle: Handle = async () => {}) {
    const values: string[] = [];
    const seen: Received[] = [];
    const subscription = kafka.subscribe(group, topics, async (received, closing) => {
      await handle(received, closing);
      seen.push(received);
      values.push(received.value!.toString());
    });
    open.add(subscription);
    const close = async () => {
      open.delete(subscription);
      await subscription.close();
    };
    return { values, seen, close, lags: () => subscription.lags() };
  }
  const publish = (topic: string, values: string[], key: string | null = null) =>
    kafka.publish(values.map((value) => message(topic, value, key)));
  const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `${from + index}`);
  const all = (what: string, { values }: { values: string[] }, count: number) =>
    until(
      what,
      async () => values.length,
      (length) => length >= count,
    );

  /** Publishes to a partition, whatever the key's is. */
  async function fill(topic: string, partition: number, values: string[]) {
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: broker.bootstrap });
    await producer.send({
      acks: -1,
      messages: values.map((value) => ({ topic, partition, value: Buffer.from(value) })),
    });
    await producer.close();
  }

  async function deleteBefore(topic: string, offset: number) {
    const directory = mkdtempSync(join(tmpdir(), 'bss-delete-'));
    const file = join(directory, 'offsets.json');
    writeFileSync(file, JSON.stringify({ partitions: [{ topic, partition: 0, offset }], version: 1 }));
    const args = ['--bootstrap-server', broker.bootstrap[0]!, '--offset-json-file', file];
    assert.match(await kafkaTool('org.apache.kafka.tools.DeleteRecordsCommand', args), /low_watermark: \d+/);
    rmSync(directory, { recursive: true });
  }

  /** As whoever is in no group may. */
  async function commit(group: string, topic: string, offset: bigint) {
    const client = new Consumer({ clientId: 'test', bootstrapBrokers: broker.bootstrap, groupId: group });
    Object.assign(client, { generationId: -1, memberId: '' });
    await client.commit({ offsets: [{ topic, partition: 0, offset, leaderEpoch: -1 }] });
    await client.close(true);
  }

  return {
    ...{ said, subscribe, publish, texts, all, fill, deleteBefore, commit },
    get broker() {
      return broker;
    },
    get kafka() {
      return kafka;
    },
  };
}
