import type { Environment } from '../../../environment';
import { alertsOf } from '../../rules/rule';
import { TOPIC_RATE, topics } from '../../rules/topics';
import type { Board, Panel } from './board';
import { recordsByTopic } from './kafka-panels';
import { perSecond, total } from './promql';

/** Topics as they are, against the catalogue, and what is in each. */
export const topicMetrics = (environment: Pick<Environment, 'topics' | 'kafka'>): Board => ({
  uid: 'kafka-topics',
  title: 'Topic Metrics',
  folder: 'Kafka',
  rows: [
    { title: 'Against the catalogue', panels: [...deviations(environment), table] },
    { title: 'Traffic', panels: traffic },
    { title: 'On disk', panels: disks },
  ],
});

/** Topics of which an alert is true, whether or not it has been for long enough to fire. */
const deviations = (environment: Pick<Environment, 'topics' | 'kafka'>): Panel[] => {
  const alerts = alertsOf([topics(environment)]);
  const count = (name: string) => {
    const { expr } = alerts.find(({ alert }) => alert === name)!;
    return [{ expr: total(`count(${expr})`) }];
  };
  return [
    {
      title: 'Missing',
      description: `Of the ${environment.topics.length} topics of config/topics.ts, none. Who writes there is refused.`,
      unit: 'none',
      kind: 'stat',
      width: 6,
      queries: count('TopicMissing'),
      thresholds: { critical: 1 },
    },
    {
      title: 'With copies missing',
      description: 'None, but while a broker is away.',
      unit: 'none',
      kind: 'stat',
      width: 6,
      queries: count('TopicReplicasMissing'),
      thresholds: { warning: 1 },
    },
    {
      title: 'With other partitions',
      description: 'None: their number is that of the catalogue.',
      unit: 'none',
      kind: 'stat',
      width: 6,
      queries: count('TopicPartitionsDiffer'),
      thresholds: { warning: 1 },
    },
    {
      title: 'In no catalogue',
      description: 'None of those whose names begin with bss: nobody has planned their disk.',
      unit: 'none',
      kind: 'stat',
      width: 6,
      queries: count('TopicUnknown'),
      thresholds: { warning: 1 },
    },
  ];
};

const table: Panel = {
  title: 'Topics',
  description:
    'As they are, and their partitions as they should be. A topic without the last column is not of the catalogue.',
  unit: 'none',
  kind: 'table',
  width: 24,
  queries: [
    { expr: 'count by (topic) (count by (topic, partition) (kafka_log_log_size))', legend: 'partitions' },
    { expr: 'count by (topic) (kafka_log_log_size)', legend: 'copies of them' },
    { expr: 'sum by (topic) (bss:topic_partitions:expected)', legend: 'partitions in the catalogue' },
  ],
};

const traffic: Panel[] = [
  recordsByTopic,
  {
    title: 'Share of the planned rate',
    description: `Of bytes in a second, in the last hour. Above ${TOPIC_RATE * 100} % the disks fill before the retention is over.`,
    unit: 'percentunit',
    kind: 'timeseries',
    queries: [
      {
        expr:
          'sum by (topic) (rate(kafka_server_brokertopicmetrics_bytesin_total{topic!=""}[1h])) ' +
          '/ on (topic) bss:topic_bytes:expected',
        legend: '{{topic}}',
      },
    ],
    thresholds: { warning: TOPIC_RATE },
  },
  {
    title: 'Bytes written',
    description: 'To each topic, before it is copied.',
    unit: 'binBps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_bytesin_total{topic!=""}', 'topic'),
        legend: '{{topic}}',
      },
    ],
  },
  {
    title: 'Bytes read',
    description: 'By consumers, of each topic. Several groups that read it count each.',
    unit: 'binBps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_bytesout_total{topic!=""}', 'topic'),
        legend: '{{topic}}',
      },
    ],
  },
];

const disks: Panel[] = [
  {
    title: 'Bytes kept',
    description: 'By each topic, with all copies. It stays the same when as much goes as comes.',
    unit: 'bytes',
    kind: 'timeseries',
    queries: [{ expr: 'sum by (topic) (kafka_log_log_size)', legend: '{{topic}}' }],
  },
  {
    title: 'The largest topics',
    description: 'With all copies: the first to look at when a volume fills.',
    unit: 'bytes',
    kind: 'bargauge',
    queries: [{ expr: 'topk(8, sum by (topic) (kafka_log_log_size))', legend: '{{topic}}' }],
  },
];
