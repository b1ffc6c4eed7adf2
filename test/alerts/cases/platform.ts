import { type Case, type Gauge, grows, SILENT, type Turns, turns } from '../case';
import { pods } from '../environment';

const allUp: Record<string, Gauge> = Object.fromEntries(
  Object.entries(pods).flatMap(([job, count]) =>
    Array.from({ length: count }, (_, index) => [`up{job="${job}",pod="${job}-${index}"}`, [1, 1]]),
  ),
);
const backend = (pod: number, samples: Gauge | Turns) => ({ [`up{job="backend",pod="backend-${pod}"}`]: samples });
const prometheus = { job: 'prometheus', pod: 'prometheus-0' };
const errorsTo = (ordinal: number) =>
  `prometheus_notifications_errors_total{job="prometheus",pod="prometheus-0",alertmanager="alertmanager-${ordinal}"}`;
const OWN = '{job="prometheus",pod="prometheus-0"}';

export const cases: readonly Case[] = [
  { alert: 'Watchdog', series: {}, summary: 'Alerts get through: this one is always there.' },
  {
    alert: 'TargetDown',
    series: { ...allUp, 'up{job="akhq",pod="akhq-0"}': [1, 0] },
    labels: { job: 'akhq' },
    summary: '1 of the pods of akhq do not tell their metrics.',
  },
  {
    alert: 'TargetDown',
    // An autoscaler has made two more.
    series: { ...allUp, ...backend(2, [1, 1]), ...backend(3, [1, 0]) },
    labels: { job: 'backend' },
    summary: '1 of the pods of backend do not tell their metrics.',
  },
  {
    alert: 'TargetDown',
    // A slow update: there is always another one that only starts.
    series: { ...allUp, ...backend(2, turns(1, [0, 0, 1, 1])), ...backend(3, turns(1, [1, 1, 0, 0])) },
    summary: SILENT,
  },
  {
    alert: 'ScrapeSlow',
    series: { 'scrape_duration_seconds{job="kafka",pod="kafka-0"}': [0.1, 8] },
    labels: { job: 'kafka', pod: 'kafka-0' },
    summary: 'kafka-0 of kafka takes 8s to tell its metrics.',
  },
  {
    alert: 'ScrapeTooLarge',
    series: { [`prometheus_target_scrapes_exceeded_sample_limit_total${OWN}`]: grows(0, 1) },
    labels: { job: 'prometheus' },
    summary: '15 scrapes in 15 minutes had too many samples and were thrown away.',
  },
  {
    alert: 'RulesFail',
    series: { [`prometheus_rule_evaluation_failures_total${OWN}`]: grows(0, 1) },
    labels: prometheus,
    summary: '10 questions of rules have failed in prometheus-0 within 10 minutes.',
  },
  {
    alert: 'RulesLate',
    series: {
      'prometheus_rule_group_iterations_missed_total{job="prometheus",pod="prometheus-0",rule_group="slo"}': grows(
        0,
        2,
      ),
    },
    labels: prometheus,
    summary: 'prometheus-0 has had no time for rules 30 times in 15 minutes.',
  },
  {
    alert: 'PrometheusCannotStore',
    series: {
      [`prometheus_tsdb_compactions_failed_total${OWN}`]: grows(0, 1),
      [`prometheus_tsdb_wal_corruptions_total${OWN}`]: [0, 0],
    },
    labels: prometheus,
    summary: 'prometheus-0 has failed 60 times to store its samples within an hour.',
    minutes: [70, 70, 90],
  },
  {
    alert: 'PrometheusForgetsEarly',
    series: { [`prometheus_tsdb_size_retentions_total${OWN}`]: grows(0, 1) },
    labels: prometheus,
    summary: 'prometheus-0 has removed samples 60 times today because its claim has no room.',
    minutes: [60, 60, 1560],
    step: 5,
  },
  {
    alert: 'PrometheusCannotTell',
    series: { [errorsTo(0)]: grows(0, 60), [errorsTo(1)]: grows(0, 120) },
    labels: prometheus,
    summary: 'prometheus-0 fails to give 1.00 alerts a second to any Alertmanager.',
  },
  {
    alert: 'PrometheusCannotTell',
    series: { [errorsTo(0)]: grows(0, 60), [errorsTo(1)]: grows(0, 0) },
    summary: SILENT,
  },
  {
    alert: 'AlertmanagersApart',
    series: {
      'alertmanager_cluster_members{job="alertmanager",pod="alertmanager-0"}': [2, 1],
      'alertmanager_cluster_members{job="alertmanager",pod="alertmanager-1"}': [2, 2],
    },
    labels: { job: 'alertmanager' },
    summary: 'An Alertmanager knows of only 1 in all, itself among them.',
  },
  {
    alert: 'AlertmanagerCannotTell',
    series: { 'alertmanager_notifications_failed_total{job="alertmanager",integration="webhook"}': grows(0, 60) },
    labels: { job: 'alertmanager', integration: 'webhook' },
    summary: '1.00 messages a second by webhook do not get through.',
  },
];
