import type { Environment } from '../../../environment';
import { KAFKA_LIMITS } from '../../rules/kafka';
import { VOLUME_LIMIT } from '../../rules/volumes';
import type { Board, Panel } from './board';
import { perSecond, within } from './promql';
import { zookeeper } from './zookeeper';

/** Each broker by itself, and the ZooKeeper behind them. */
export const brokerHealth = (environment: Pick<Environment, 'kafka' | 'zookeeper'>): Board => ({
  uid: 'kafka-brokers',
  title: 'Broker Health',
  folder: 'Kafka',
  rows: [
    { title: 'What it has to do', panels: work },
    { title: 'Copies', panels: copies },
    { title: 'Process', panels: process(environment) },
    zookeeper(environment),
  ],
});

const work: Panel[] = [
  {
    title: 'Request handlers idle',
    description: `Share of the time. Below ${100 * KAFKA_LIMITS.idle} % requests begin to wait, and nothing is left for the load of another broker.`,
    unit: 'percentunit',
    kind: 'timeseries',
    queries: [{ expr: 'min by (pod) (kafka_server_requesthandler_idle_ratio)', legend: '{{pod}}' }],
    thresholds: { warning: KAFKA_LIMITS.idle, critical: 0 },
  },
  {
    title: 'Network threads idle',
    description: 'Share of the time. Low with idle handlers: many connections or large answers.',
    unit: 'percentunit',
    kind: 'timeseries',
    queries: [{ expr: 'min by (pod) (kafka_network_socketserver_networkprocessoravgidlepercent)', legend: '{{pod}}' }],
    thresholds: { warning: KAFKA_LIMITS.idle, critical: 0 },
  },
  {
    title: 'Partitions led',
    description: 'Much the same number at each broker. One that has restarted gets its share back within a minute.',
    unit: 'none',
    kind: 'bargauge',
    queries: [{ expr: 'sum by (pod) (kafka_server_replicamanager_leadercount)', legend: '{{pod}}' }],
  },
  {
    title: 'Time of a copy',
    description:
      'One request in a hundred of another broker takes so long. It waits for records, half a second as a rule.',
    unit: 'ms',
    kind: 'timeseries',
    queries: [
      {
        expr: 'max by (pod) (kafka_network_requestmetrics_totaltimems{request="FetchFollower",quantile="0.99"})',
        legend: '{{pod}}',
      },
    ],
  },
];

const copies: Panel[] = [
  {
    title: 'Partitions with a copy behind',
    description: 'By the broker that leads them. The one that shows none is often the one that is behind.',
    unit: 'none',
    kind: 'timeseries',
    queries: [{ expr: 'sum by (pod) (kafka_server_replicamanager_underreplicatedpartitions)', legend: '{{pod}}' }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Copies out of sync, and back',
    description: 'A minute. They go when a broker stops and come when it is back. Both all the time: one is too slow.',
    unit: 'none',
    kind: 'timeseries',
    queries: [
      {
        expr: `${perSecond('kafka_server_replicamanager_isrshrinks_total')} * 60`,
        legend: 'out of sync',
      },
      {
        expr: `${perSecond('kafka_server_replicamanager_isrexpands_total')} * 60`,
        legend: 'back',
      },
    ],
  },
  {
    title: 'Volumes offline',
    description: 'None: the disk has failed or is full. A broker whose only volume is away ends.',
    unit: 'none',
    kind: 'stat',
    width: 8,
    queries: [{ expr: 'sum(kafka_log_logmanager_offlinelogdirectorycount)' }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Unclean elections in a day',
    description: 'None: the new leader had not all of the records. Those that it lacked are lost.',
    unit: 'none',
    kind: 'stat',
    width: 8,
    queries: [{ expr: within('1d', 'kafka_controller_controllerstats_uncleanleaderelections_total') }],
    thresholds: { critical: 1 },
  },
  {
    title: 'Leaders not where they should be',
    description: 'None, a minute after the last restart of a broker.',
    unit: 'none',
    kind: 'stat',
    width: 8,
    queries: [{ expr: 'max(kafka_controller_kafkacontroller_preferredreplicaimbalancecount)' }],
  },
];

const process = ({ kafka: { disk, resources } }: Pick<Environment, 'kafka'>): Panel[] => [
  {
    title: 'Heap taken',
    description: 'Share of the heap. A saw: at its lower ends above 80 %, there is too little of it.',
    unit: 'percentunit',
    kind: 'timeseries',
    queries: [
      {
        expr:
          'sum by (pod) (jvm_memory_bytes_used{job="kafka",area="heap"}) / ' +
          'sum by (pod) (jvm_memory_bytes_max{job="kafka",area="heap"})',
        legend: '{{pod}}',
      },
    ],
  },
  {
    title: 'Time in garbage collection',
    description: 'Share of the time. Above 10 % clients feel it, and ZooKeeper may end the session.',
    unit: 'percentunit',
    kind: 'timeseries',
    queries: [
      {
        expr: perSecond('jvm_gc_collection_seconds_sum{job="kafka"}', 'pod'),
        legend: '{{pod}}',
      },
    ],
  },
  {
    title: 'Cores in use',
    description: `Each asks for ${resources.cpu / 1000} and may take more where the node has it.`,
    unit: 'none',
    kind: 'timeseries',
    queries: [{ expr: perSecond('process_cpu_seconds_total{job="kafka"}', 'pod'), legend: '{{pod}}' }],
  },
  {
    title: 'Files open',
    description: 'Share of those that it may have open: each segment of a partition takes some, each client one.',
    unit: 'percentunit',
    kind: 'timeseries',
    queries: [
      {
        expr: 'sum by (pod) (process_open_fds{job="kafka"}) / sum by (pod) (process_max_fds{job="kafka"})',
        legend: '{{pod}}',
      },
    ],
  },
  {
    title: 'Volumes taken',
    description: `By records, of ${disk.asString()}B.`,
    unit: 'percentunit',
    kind: 'timeseries',
    width: 24,
    queries: [{ expr: 'max by (pod) (bss:volume:ratio{job="kafka"})', legend: '{{pod}}' }],
    thresholds: { critical: VOLUME_LIMIT },
  },
];
