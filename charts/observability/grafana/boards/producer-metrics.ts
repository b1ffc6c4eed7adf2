import { BACKEND_LIMITS } from '../../rules/backend';
import { KAFKA_LIMITS } from '../../rules/kafka';
import type { Board, Panel } from './board';
import { recordsByTopic, timeOfAWrite } from './kafka-panels';
import { perSecond } from './promql';

const inBrokers: Panel[] = [
  {
    title: 'Requests to write',
    description:
      'At each broker. One for three partitions counts three times. Those of a broker that is away go to others.',
    unit: 'reqps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_totalproducerequests_total{topic=""}', 'pod'),
        legend: '{{pod}}',
      },
    ],
  },
  {
    title: 'Requests to write that fail',
    description: 'None: not for what a client did, but because the broker could not. Its log says why.',
    unit: 'reqps',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_failedproducerequests_total{topic=""}', 'pod'),
        legend: '{{pod}}',
      },
    ],
  },
  timeOfAWrite,
  {
    title: 'Time of the slowest writes',
    description: 'One in a hundred takes so long, at each broker. One alone that is slow has a slow disk.',
    unit: 'ms',
    kind: 'timeseries',
    queries: [
      {
        expr: 'max by (pod) (kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.99"})',
        legend: '{{pod}}',
      },
    ],
    thresholds: { warning: KAFKA_LIMITS.produceMilliseconds },
  },
  recordsByTopic,
  {
    title: 'Size of a record',
    description: 'On average, as it is on the wire: compressed, with its share of the batch.',
    unit: 'bytes',
    kind: 'timeseries',
    queries: [
      {
        expr: `${perSecond('kafka_server_brokertopicmetrics_bytesin_total{topic=""}')} / ${perSecond('kafka_server_brokertopicmetrics_messagesin_total{topic=""}')}`,
        legend: 'on average',
      },
    ],
  },
  {
    title: 'Bytes refused',
    description: 'None. Of records larger than their topic takes: who wrote them was told so.',
    unit: 'binBps',
    kind: 'timeseries',
    width: 24,
    queries: [
      {
        expr: perSecond('kafka_server_brokertopicmetrics_bytesrejected_total{topic=""}', 'pod'),
        legend: '{{pod}}',
      },
    ],
  },
];

const inBackend: Panel[] = [
  {
    title: 'Events that wait',
    description: 'In the outbox: stored, and not in Kafka yet. They go in their order when Kafka takes them.',
    unit: 'none',
    kind: 'stat',
    width: 8,
    queries: [{ expr: 'max(bss_outbox_pending)' }],
    thresholds: { warning: BACKEND_LIMITS.outboxEvents },
  },
  {
    title: 'Age of the oldest of them',
    description: 'Above a second or two, Kafka is away or slow.',
    unit: 's',
    kind: 'stat',
    width: 8,
    queries: [{ expr: 'max(bss_outbox_oldest_seconds)' }],
    thresholds: { critical: BACKEND_LIMITS.outboxSeconds },
  },
  {
    title: 'Events set aside',
    description: 'None. Kafka has refused them for themselves; docs/operations.md says how to send them again.',
    unit: 'none',
    kind: 'stat',
    width: 8,
    queries: [{ expr: 'max(bss_outbox_refused)' }],
    thresholds: { warning: 1 },
  },
  {
    title: 'Events published',
    description: 'That Kafka has acknowledged, by topic. Each is also written to the topic of all events.',
    unit: 'eps',
    kind: 'timeseries',
    queries: [{ expr: perSecond('bss_kafka_produced_total', 'topic'), legend: '{{topic}}' }],
  },
  {
    title: 'Events refused',
    description: 'None: too large for the topic, or not a valid record. By topic.',
    unit: 'eps',
    kind: 'timeseries',
    queries: [{ expr: perSecond('bss_kafka_refused_total', 'topic'), legend: '{{topic}}' }],
  },
];

/** Whether what is written arrives: as brokers see it, of all clients, and as the backend sees it. */
export const producerMetrics: Board = {
  uid: 'kafka-producers',
  title: 'Producer Metrics',
  folder: 'Kafka',
  rows: [
    { title: 'What the backend sends', panels: inBackend },
    { title: 'What brokers take, from all clients', panels: inBrokers },
  ],
};
