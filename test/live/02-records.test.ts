import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { segmentTime } from '../../charts/messaging/topics/topic';
import { Load } from '../../cluster/kafka/load';
import type { Namespace } from '../../cluster/namespace';
import { kind } from '../../config/kind';
import { kafkaTool, QUICK_TOOLS } from './kafka-tool';
import { laptop } from './shared';

/** The Kafka client wants Node 24, which the backend's packages bring where npm has it. */
const NODE_24 = join(__dirname, '../../backend/node_modules/.bin/node');

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});

const kafkaTopics = (...args: string[]) => kafkaTool(bss, 'kafka-topics', ...args);

test('all topics have exactly the partitions, replicas and settings of the catalogue', () => {
  const described = kafkaTopics('--describe')
    .split('\n')
    .map((line) => line.match(/^Topic: (bss\S+).*PartitionCount: (\d+)\tReplicationFactor: (\d+)\tConfigs: (.*)$/))
    .filter((match) => match !== null)
    .map(([, name, partitions, replicas, settings]) =>
      [name, partitions, replicas, ...settings!.split(',').sort()].join(' '),
    );
  const wanted = kind.topics.map((topic) =>
    [
      ...[topic.name, topic.partitions, 3],
      ...['cleanup.policy=delete', 'compression.type=producer'],
      // Not of the topic but of the brokers: shown because they are not Kafka's own defaults.
      ...['message.timestamp.after.max.ms=3600000', 'min.insync.replicas=2'],
      ...[
        `retention.ms=${topic.retention.toMilliseconds()}`,
        `segment.ms=${segmentTime(topic).toMilliseconds()}`,
        'unclean.leader.election.enable=false',
      ],
    ].join(' '),
  );
  expect(described.sort()).toEqual(wanted.sort());
});

test('1000 records through the internal listener are read back once each', () => {
  const result = new Load(bss, { name: 'records-inside', partitions: 6, recordsPerSecond: 1000, limit: 1000 }).result();
  expect(result).toMatchObject({ sent: 1000, acknowledged: 1000, lost: 0, duplicates: 0, failed: 0 });
});

test('1000 records from the host through localhost:9092 to 9094 reach every partition and are read back once each', () => {
  kafkaTopics('--create', '--topic', 'records-outside', '--partitions', '6', '--replication-factor', '3');
  const client = join(__dirname, 'host-client.mts');
  const output = execFileSync(
    existsSync(NODE_24) ? NODE_24 : 'node',
    ['--import', 'tsx', client, 'records-outside', '6', '1000'],
    {
      encoding: 'utf8',
    },
  );
  kafkaTopics('--delete', '--topic', 'records-outside');
  expect(JSON.parse(output)).toEqual({
    brokers: ['localhost:9092', 'localhost:9093', 'localhost:9094'],
    leaders: [0, 1, 2],
    partitionsWritten: 6,
    recordsRead: 1000,
    distinct: 1000,
  });
});

test('a topic that nobody declared is not made by writing to it', () => {
  const refused = bss.try(
    ...['exec', 'kafka-0', '--', 'env', QUICK_TOOLS, 'bash', '-c'],
    'echo lost | timeout 10 kafka-console-producer --bootstrap-server localhost:9092 --topic bss.misspelt --producer-property max.block.ms=3000 2>&1; true',
  );
  expect(refused.output).toContain('UNKNOWN_TOPIC_OR_PARTITION');
  expect(kafkaTopics('--list')).not.toContain('bss.misspelt');
});
