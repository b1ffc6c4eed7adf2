import type { Environment } from '../../../environment';
import { BACKEND_LIMITS } from '../../rules/backend';
import { LAG_LIMIT, standsStill } from '../../rules/lag';
import type { Board, Panel } from './board';
import { quantilesOf } from './kafka-panels';
import { perSecond, quantile, total, within } from './promql';

/** Whether what was written is read, and has its effect. */
export const consumerMetrics = (environment: Pick<Environment, 'objectives'>): Board => ({
  uid: 'kafka-consumers',
  title: 'Consumer Metrics',
  folder: 'Kafka',
  rows: [
    { title: 'What is not read yet', panels: lag },
    { title: "The backend's consumers", panels: effects(environment) },
    { title: 'What brokers give', panels: inBrokers },
  ],
});

const lag: Panel[] = [
  {
    title: 'Furthest behind',
    description: 'Events of one topic that one group has before it.',
    unit: 'none',
    kind: 'stat',
    width: 6,
    queries: [{ expr: 'max(bss:kafka_consumergroup_lag:sum)' }],
    thresholds: { warning: LAG_LIMIT },
  },
  {
    title: 'Groups that stand still',
    description: 'None. Such a group has had events before it for 15 minutes, and has taken none.',
    unit: 'none',
    kind: 'stat',
    width: 6,
    queries: [{ expr: total(`count(${standsStill('')})`) }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Events that wait, by group and topic',
    description: 'As they are now.',
    unit: 'none',
    kind: 'table',
    queries: [{ expr: 'sum by (group, topic) (bss:kafka_consumergroup_lag:sum)', legend: 'events that wait' }],
    thresholds: { warning: LAG_LIMIT },
  },
  {
    title: 'Events that wait',
    description: 'It rises when much is written at once, and must fall again.',
    unit: 'none',
    kind: 'timeseries',
    queries: [{ expr: 'sum by (group, topic) (bss:kafka_consumergroup_lag:sum)', legend: '{{group}} {{topic}}' }],
    thresholds: { warning: LAG_LIMIT },
  },
  {
    title: 'How fast it grows',
    description: 'Over ten minutes. Above zero for long, more is written than read: it never catches up like this.',
    unit: 'eps',
    kind: 'timeseries',
    queries: [{ expr: 'sum by (group) (deriv(bss:kafka_consumergroup_lag:sum[10m]))', legend: '{{group}}' }],
  },
];

const effects = ({ objectives: { effect } }: Pick<Environment, 'objectives'>): Panel[] => [
  {
    title: 'Events consumed',
    description:
      'By what became of them. A duplicate has had its effect before; skipped is what is none of its business.',
    unit: 'eps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('bss_kafka_consumed_total', 'consumer, outcome'),
        legend: '{{consumer}} {{outcome}}',
      },
    ],
  },
  {
    title: 'Dead letters',
    description: 'In an hour. None: each is an event without effect; docs/operations.md says how to give it again.',
    unit: 'none',
    kind: 'timeseries',
    queries: [
      {
        expr: within('1h', 'bss_kafka_consumed_total{outcome="dead"}', 'consumer'),
        legend: '{{consumer}}',
      },
    ],
    thresholds: { warning: 1 },
  },
  {
    title: 'From a change to its effect',
    description: `One event in twenty takes so long or longer. ${effect.percent} % are promised within ${effect.seconds} s.`,
    unit: 's',
    kind: 'timeseries',
    queries: [
      {
        expr: quantile(95, 'bss_event_delay_seconds', 'consumer'),
        legend: '{{consumer}}',
      },
    ],
    thresholds: { warning: effect.seconds },
  },
  {
    title: 'Events tried again',
    description: 'What an event needs did not answer: the database, most often. Its partition waits behind it.',
    unit: 'eps',
    kind: 'timeseries',
    queries: [{ expr: perSecond('bss_consumer_retries_total', 'consumer'), legend: '{{consumer}}' }],
    thresholds: { warning: BACKEND_LIMITS.retries },
  },
];

const inBrokers: Panel[] = [
  {
    title: 'Bytes read',
    description: 'By consumers, of each topic; copies between brokers are not counted.',
    unit: 'binBps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_bytesout_total{topic!=""}', 'topic'),
        legend: '{{topic}}',
      },
    ],
  },
  {
    title: 'Time of a read',
    description: 'In the slowest broker. A consumer that has read all waits there for more, half a second as a rule.',
    unit: 'ms',
    kind: 'timeseries',
    queries: quantilesOf('FetchConsumer'),
  },
  {
    title: 'Requests to read',
    description:
      'At each broker, of consumers and of the brokers that copy. One for three partitions counts three times.',
    unit: 'reqps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_totalfetchrequests_total{topic=""}', 'pod'),
        legend: '{{pod}}',
      },
    ],
  },
  {
    title: 'Requests to read that fail',
    description: 'None: not for what a consumer asked, but because the broker could not. Its log says why.',
    unit: 'reqps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_failedfetchrequests_total{topic=""}', 'pod'),
        legend: '{{pod}}',
      },
    ],
  },
];
