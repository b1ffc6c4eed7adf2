import { type Case, grows } from '../case';

const labels = { job: 'kafka', pod: 'kafka-0' };
const job = { job: 'kafka' };
const on = (metric: string, more = '') => `${metric}{job="kafka",pod="kafka-0"${more}}`;

export const cases: readonly Case[] = [
  {
    alert: 'KafkaBrokerDown',
    series: {
      'up{job="kafka",pod="kafka-0"}': [1, 0],
      'up{job="kafka",pod="kafka-1"}': [1, 1],
      'up{job="kafka",pod="kafka-2"}': [1, 1],
    },
    labels: job,
    summary: '2 of 3 brokers answer.',
  },
  {
    alert: 'KafkaUnderReplicatedPartitions',
    series: { [on('kafka_server_replicamanager_underreplicatedpartitions')]: [0, 4] },
    labels,
    summary: '4 partitions that kafka-0 leads have a copy that is away or behind.',
  },
  {
    alert: 'KafkaOfflinePartitions',
    series: { [on('kafka_controller_kafkacontroller_offlinepartitionscount')]: [0, 2] },
    labels: job,
    summary: '2 partitions have no leader: nobody can read or write them.',
  },
  {
    alert: 'KafkaUnderMinIsr',
    series: { [on('kafka_server_replicamanager_underminisrpartitioncount')]: [0, 3] },
    labels,
    summary: '3 partitions that kafka-0 leads have too few copies and take no records.',
  },
  {
    alert: 'KafkaNoActiveController',
    series: {
      [on('kafka_controller_kafkacontroller_activecontrollercount')]: [1, 0],
      'kafka_controller_kafkacontroller_activecontrollercount{job="kafka",pod="kafka-1"}': [0, 0],
    },
    labels: job,
    summary: '0 brokers are the controller: it must be one.',
  },
  {
    alert: 'KafkaLeadersChange',
    series: { [on('kafka_controller_controllerstats_leaderelections_total')]: grows(0, 10) },
    labels: job,
    summary: '10 elections of leaders a minute.',
  },
  {
    alert: 'KafkaUncleanLeaderElection',
    series: { [on('kafka_controller_controllerstats_uncleanleaderelections_total')]: grows(0, 1) },
    labels: job,
    summary: '15 partitions were given a leader that had not all of the records.',
  },
  {
    alert: 'KafkaVolumeOffline',
    series: { [on('kafka_log_logmanager_offlinelogdirectorycount')]: [0, 1] },
    labels,
    summary: 'kafka-0 cannot write to its volume.',
  },
  {
    alert: 'KafkaHandlersBusy',
    series: { [on('kafka_server_requesthandler_idle_ratio')]: [0.9, 0.2] },
    labels,
    summary: 'The request handlers of kafka-0 are idle 20% of the time.',
  },
  {
    alert: 'KafkaProduceSlow',
    series: {
      [on('kafka_network_requestmetrics_totaltimems', ',request="Produce",quantile="0.99"')]: [5, 1500],
      [on('kafka_server_brokertopicmetrics_totalproducerequests_total')]: grows(600, 600),
    },
    labels,
    summary: 'One write in a hundred takes 1500 ms or more at kafka-0.',
  },
  {
    alert: 'KafkaWritesFail',
    series: { [on('kafka_server_brokertopicmetrics_failedproducerequests_total', ',topic="bss.events"')]: grows(0, 6) },
    labels: { ...job, topic: 'bss.events' },
    summary: '0.10 writes a second to bss.events fail in the broker.',
  },
  {
    alert: 'KafkaSessionsExpire',
    series: { [on('kafka_server_sessionexpirelistener_zookeeperexpires_total')]: grows(0, 1) },
    labels,
    summary: 'kafka-0 has lost ZooKeeper 15 times in 15 minutes.',
  },
];
