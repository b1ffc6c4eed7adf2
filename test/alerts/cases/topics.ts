import { type Case, type Gauge, GONE, grows, SILENT } from '../case';

const labels = { job: 'kafka', topic: 'bss.events' };
const MEBIBYTE = 1024 ** 2;

/** Copies of the partitions of a topic, three of each, by how they are at each broker. */
const copies = (topic: string, ...brokers: Gauge[]): Record<string, Gauge> =>
  Object.fromEntries(
    brokers.flatMap((samples, broker) =>
      [0, 1, 2].map((partition) => [
        `kafka_log_log_size{job="kafka",pod="kafka-${broker}",topic="${topic}",partition="${partition}"}`,
        samples,
      ]),
    ),
  );
const there: Gauge = [1, 1];
const brokers = (samples: Gauge) =>
  Object.fromEntries([0, 1, 2].map((broker) => [`up{job="kafka",pod="kafka-${broker}"}`, samples]));

export const cases: readonly Case[] = [
  {
    alert: 'TopicMissing',
    series: { ...copies('bss.events', [1, GONE]), ...copies('bss.audit.events', there), ...brokers(there) },
    labels,
    summary: 'bss.events, of 3 partitions, is in the catalogue and not in Kafka.',
  },
  {
    alert: 'TopicMissing',
    series: { ...copies('bss.events', [1, GONE]), ...copies('bss.audit.events', [1, GONE]), ...brokers([1, 0]) },
    summary: SILENT,
  },
  {
    alert: 'TopicReplicasMissing',
    series: copies('bss.events', there, there, [1, GONE]),
    labels,
    summary: 'bss.events has 6 copies of its partitions, fewer than the catalogue says.',
  },
  {
    alert: 'TopicPartitionsDiffer',
    series: {
      ...copies('bss.events', there),
      'kafka_log_log_size{job="kafka",pod="kafka-0",topic="bss.events",partition="3"}': [GONE, 1],
    },
    labels,
    summary: 'bss.events has 4 partitions, and the catalogue has another number.',
    minutes: [10, 60, 30],
  },
  {
    alert: 'TopicUnknown',
    series: copies('bss.unknown', [GONE, 1]),
    labels: { job: 'kafka', topic: 'bss.unknown' },
    summary: 'bss.unknown, of 3 copies of partitions, is in Kafka and not in the catalogue.',
    minutes: [10, 60, 30],
  },
  {
    alert: 'TopicAboveItsRate',
    series: {
      'kafka_server_brokertopicmetrics_bytesin_total{job="kafka",pod="kafka-0",topic="bss.events"}': grows(
        60 * MEBIBYTE,
        180 * MEBIBYTE,
      ),
    },
    labels,
    summary: 'bss.events is written to with 3MiB a second, 2 times what the catalogue says or more.',
    minutes: [60, 900, 480],
    step: 5,
  },
];
