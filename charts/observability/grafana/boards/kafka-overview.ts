import type { Environment } from '../../../environment';
import { KAFKA_LIMITS } from '../../rules/kafka';
import { LAG_LIMIT } from '../../rules/lag';
import { VOLUME_LIMIT } from '../../rules/volumes';
import type { Board, Panel } from './board';
import { timeOfAWrite } from './kafka-panels';
import { perSecond, total } from './promql';

/** Whether Kafka works, and how much it has to do, at one look. */
export const kafkaOverview = (environment: Pick<Environment, 'kafka'>): Board => ({
  uid: 'kafka-overview',
  title: 'Kafka Overview',
  folder: 'Kafka',
  rows: [
    { title: 'Health', panels: health(environment) },
    { title: 'Load', panels: load },
    { title: 'What comes next', panels: reserves(environment) },
  ],
});

const health = ({ kafka: { brokers } }: Pick<Environment, 'kafka'>): Panel[] => [
  {
    title: 'Brokers that answer',
    description: `There are ${brokers}. Each that is away takes a copy of its partitions with it.`,
    unit: 'none',
    kind: 'stat',
    width: 4,
    queries: [{ expr: 'bss:pods:up{job="kafka"}' }],
    thresholds: { warning: brokers, critical: brokers },
  },
  {
    title: 'Controllers too many or too few',
    description:
      'None: there should be one. With none no partition gets a new leader; with two, a broker has lost ZooKeeper.',
    unit: 'none',
    kind: 'stat',
    width: 4,
    queries: [{ expr: 'abs(sum(kafka_controller_kafkacontroller_activecontrollercount) - 1)' }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Partitions without a leader',
    description: 'None. Nobody can read or write such a partition: all of its copies in sync are away.',
    unit: 'none',
    kind: 'stat',
    width: 4,
    queries: [{ expr: 'max(kafka_controller_kafkacontroller_offlinepartitionscount)' }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Partitions that take no records',
    description: 'None. These have fewer copies in sync than a write with acks=all needs.',
    unit: 'none',
    kind: 'stat',
    width: 4,
    queries: [{ expr: 'sum(kafka_server_replicamanager_underminisrpartitioncount)' }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Partitions with a copy behind',
    description: 'None, but for the minutes in which a broker restarts and catches up.',
    unit: 'none',
    kind: 'stat',
    width: 4,
    queries: [{ expr: 'sum(kafka_server_replicamanager_underreplicatedpartitions)' }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Alerts that fire',
    description: 'Of Kafka, its topics, its consumers and ZooKeeper. docs/runbooks.md has a section for each.',
    unit: 'none',
    kind: 'stat',
    width: 4,
    queries: [
      {
        expr: total('count(ALERTS{alertstate="firing",alertname=~"(Kafka|Topic|Consumer|ZooKeeper).+"})'),
      },
    ],
    thresholds: { critical: 1 },
  },
];

const load: Panel[] = [
  {
    title: 'Records written',
    description: 'By all clients, to all topics. A copy of a record is not counted.',
    unit: 'recps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_messagesin_total{topic=""}'),
        legend: 'written',
      },
    ],
  },
  {
    title: 'Bytes',
    description: 'Written by clients, read by them, and copied from broker to broker.',
    unit: 'binBps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_bytesin_total{topic=""}'),
        legend: 'written',
      },
      {
        expr: perSecond('kafka_server_brokertopicmetrics_bytesout_total{topic=""}'),
        legend: 'read',
      },
      {
        expr: perSecond('kafka_server_brokertopicmetrics_replicationbytesin_total{topic=""}'),
        legend: 'copied',
      },
    ],
  },
  timeOfAWrite,
  {
    title: 'Events that wait for consumers',
    description: 'By group. It rises when much is written at once, and must fall again.',
    unit: 'none',
    kind: 'timeseries',
    queries: [{ expr: 'sum by (group) (bss:kafka_consumergroup_lag:sum)', legend: '{{group}}' }],
    thresholds: { warning: LAG_LIMIT },
  },
];

const reserves = ({ kafka: { disk } }: Pick<Environment, 'kafka'>): Panel[] => [
  {
    title: 'Volumes taken',
    description: `By records, of ${disk.asString()}B. A broker with a full volume stops, and all of them hold nearly the same.`,
    unit: 'percentunit',
    kind: 'bargauge',
    queries: [{ expr: 'max by (pod) (bss:volume:ratio{job="kafka"})', legend: '{{pod}}' }],
    thresholds: { critical: VOLUME_LIMIT },
  },
  {
    title: 'Elections of leaders',
    description: 'A minute. Some, when a broker restarts. All the time: a broker loses its session at ZooKeeper.',
    unit: 'none',
    kind: 'timeseries',
    queries: [
      {
        expr: `${perSecond('kafka_controller_controllerstats_leaderelections_total')} * 60`,
        legend: 'elections',
      },
    ],
    thresholds: { warning: KAFKA_LIMITS.elections },
  },
];
