import type { Size } from 'cdk8s';
import type { Environment } from '../../../environment';
import { SCRAPE_SECONDS } from '../../rules/platform';
import { POSTGRES_LIMITS } from '../../rules/postgres';
import { FAST } from '../../rules/slo';
import type { Board } from './board';
import { total, within } from './promql';

const RESTARTS = 'k8s_container_restarts';
const TRIES = 'max by (k8s_job_name) (k8s_job_failed_pods)';
const DONE = 'max by (k8s_job_name) (k8s_job_successful_pods)';
const bytes = (size: Size) => size.toMebibytes() * 1024 * 1024;

/** By who writes there: nobody else knows how full a claim is without rights on nodes. */
const claims = ({ kafka, postgres, redisCluster, prometheus }: Parameters<typeof platform>[0]) => [
  { expr: `max by (pod) (bss:kafka_log_bytes:sum) / ${bytes(kafka.disk)}`, legend: '{{pod}}' },
  { expr: `max by (pod) (bss:postgres_bytes:sum) / ${bytes(postgres.disk)}`, legend: '{{pod}}' },
  {
    expr: `max by (pod) (redis_aof_current_size_bytes{job="redis-cluster"}) / ${bytes(redisCluster.disk)}`,
    legend: '{{pod}}',
  },
  {
    expr:
      'max by (pod) (prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes ' +
      `+ prometheus_tsdb_head_chunks_storage_size_bytes) / ${bytes(prometheus.disk)}`,
    legend: '{{pod}}',
  },
];

/** What holds for everything, whatever it is: alerts, promises, pods, Jobs, room, and Prometheus itself. */
export const platform = (
  environment: Pick<Environment, 'kafka' | 'postgres' | 'redisCluster' | 'prometheus'>,
): Board => ({
  uid: 'platform',
  title: 'Platform',
  folder: 'BSS',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Alerts',
          description: 'Critical ones are for now, the others for the next working day.',
          unit: 'none',
          kind: 'stat',
          width: 6,
          queries: ['critical', 'warning'].map((severity) => ({
            expr: total(`count(ALERTS{alertstate="firing",severity="${severity}"})`),
            legend: severity,
          })),
          thresholds: { warning: 1 },
        },
        {
          title: 'Targets that are down',
          description: 'Pods that should tell their metrics and do not. Of them nothing is known, on no board.',
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [{ expr: 'sum(clamp_min(bss:pods:expected - on (job) bss:pods:up, 0))' }],
          thresholds: { warning: 1 },
        },
        {
          title: 'Pods that are not ready',
          description: 'Or not there. During an update there is one for a while.',
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [{ expr: 'sum(clamp_min(max by (set) (bss:set_pods:missing), 0))' }],
          thresholds: { warning: 1 },
        },
        {
          title: 'Restarts in an hour',
          description: 'Of containers that ended by themselves, or that were ended: for their memory, or as they did not answer.',
          unit: 'none',
          kind: 'stat',
          width: 5,
          queries: [{ expr: total(within('1h', RESTARTS)) }],
          thresholds: { warning: 1 },
        },
        {
          title: 'Jobs that have failed',
          description: 'After all their tries. What they were to do is not done.',
          unit: 'none',
          kind: 'stat',
          width: 5,
          queries: [
            {
              expr: total(
                `count(${TRIES} > 0 and on (k8s_job_name) max by (k8s_job_name) (k8s_job_active_pods + k8s_job_successful_pods) == 0)`,
              ),
            },
          ],
          thresholds: { warning: 1 },
        },
      ],
    },
    {
      title: 'Alerts and promises',
      panels: [
        {
          title: 'What fires',
          description: 'docs/runbooks.md has a section for each. Watchdog is always there: it shows that alerts get through.',
          unit: 'none',
          kind: 'table',
          queries: [
            { expr: 'max by (alertname, severity, job, pod) (ALERTS{alertstate="firing"})', legend: 'Fires' },
          ],
        },
        {
          title: 'What has fired',
          description: 'Series of each alert, without Watchdog.',
          unit: 'none',
          kind: 'timeseries',
          queries: [
            {
              expr: 'count by (alertname) (ALERTS{alertstate="firing",severity!="none"}) or on () vector(0)',
              legend: '{{alertname}}',
            },
          ],
        },
        {
          title: 'Error budgets that are left',
          description: 'Of 30 days, or of as long as Prometheus keeps. Below 0 more went wrong than was promised.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [{ expr: 'max by (slo) (slo:budget_left:ratio)', legend: '{{slo}}' }],
          thresholds: { warning: 0.25, critical: 0 },
        },
        {
          title: 'How fast they burn',
          description: 'At 1 a budget lasts just as long as it should. Of the last hour.',
          unit: 'none',
          kind: 'timeseries',
          queries: [{ expr: 'max by (slo) (slo:burn_rate:1h)', legend: '{{slo}}' }],
          thresholds: { warning: 1, critical: FAST[0].rate },
        },
      ],
    },
    {
      title: 'Pods, Jobs and claims',
      panels: [
        {
          title: 'Restarts',
          description: 'Within an hour, of those with most of them. One pod again and again has a reason of its own; many at once have lost a node.',
          unit: 'none',
          kind: 'timeseries',
          queries: [{ expr: `topk(10, ${within('1h', RESTARTS, 'k8s_pod_name')})`, legend: '{{k8s_pod_name}}' }],
        },
        {
          title: 'Targets',
          description: 'Pods of each job that should answer, and that do.',
          unit: 'none',
          kind: 'table',
          queries: [
            { expr: 'max by (job) (bss:pods:expected)', legend: 'Expected' },
            { expr: 'max by (job) (bss:pods:up)', legend: 'Up' },
          ],
        },
        {
          title: 'Jobs',
          description: 'Pods of each that have failed, and that have done their work. One is enough; a few failures before it are tries.',
          unit: 'none',
          kind: 'table',
          queries: [
            { expr: TRIES, legend: 'Failed' },
            { expr: DONE, legend: 'Done' },
          ],
        },
        {
          title: 'Claims in use',
          description: 'As far as who writes there says: records of Kafka, databases with their log, the log of Redis, samples of Prometheus.',
          unit: 'percentunit',
          kind: 'bargauge',
          queries: claims(environment),
          thresholds: { critical: POSTGRES_LIMITS.disk },
        },
      ],
    },
    {
      title: 'Prometheus',
      panels: [
        {
          title: 'Time of a scrape',
          description: 'The slowest pod of each job. After 10 seconds it is given up, and the target counts as down.',
          unit: 's',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: 'max by (job) (scrape_duration_seconds)', legend: '{{job}}' }],
          thresholds: { warning: SCRAPE_SECONDS },
        },
        {
          title: 'Samples of a scrape',
          description: 'Of all pods of a job. One that grows without end has a label with a value for each customer or request.',
          unit: 'short',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: 'sum by (job) (scrape_samples_scraped)', legend: '{{job}}' }],
        },
        {
          title: 'What has gone wrong in an hour',
          description: 'Questions of rules that failed, scrapes that were too large, and alerts that did not get through.',
          unit: 'none',
          kind: 'bargauge',
          width: 8,
          queries: [
            { expr: within('1h', 'prometheus_rule_evaluation_failures_total'), legend: 'rules' },
            { expr: within('1h', 'prometheus_target_scrapes_exceeded_sample_limit_total'), legend: 'scrapes' },
            { expr: within('1h', 'prometheus_notifications_errors_total'), legend: 'alerts to Alertmanager' },
            { expr: total(within('1h', 'alertmanager_notifications_failed_total')), legend: 'messages' },
          ],
          thresholds: { warning: 1 },
        },
      ],
    },
  ],
});
