import { SCRAPE_SECONDS, TARGETS_DOWN } from '../../rules/platform';
import { FAST } from '../../rules/slo';
import type { Board } from './board';
import { podsJobsAndClaims, RESTARTS } from './pods-jobs-claims';
import { total, within } from './promql';

const firing = (alert: string) => total(`count(ALERTS{alertname="${alert}",alertstate="firing"})`);

/** What holds for everything, whatever it is: alerts, promises, pods, Jobs, room, and Prometheus itself. */
export const platform: Board = {
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
          width: 4,
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
          queries: [{ expr: total(`sum(${TARGETS_DOWN})`) }],
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
          description:
            'Of containers that ended by themselves, or that were ended: for their memory, or as they did not answer.',
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [{ expr: total(within('1h', RESTARTS)) }],
          thresholds: { warning: 1 },
        },
        {
          title: 'Jobs',
          description:
            'Those that have failed after all their tries, those that come again and have not succeeded lately, and backups that are too old.',
          unit: 'none',
          kind: 'stat',
          width: 8,
          queries: [
            { expr: firing('JobFailed'), legend: 'failed' },
            { expr: firing('ScheduledJobOverdue'), legend: 'overdue' },
            { expr: firing('BackupTooOld'), legend: 'backups' },
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
          description:
            'docs/runbooks.md has a section for each. Watchdog is always there: it shows that alerts get through.',
          unit: 'none',
          kind: 'table',
          queries: [{ expr: 'max by (alertname, severity, job, pod) (ALERTS{alertstate="firing"})', legend: 'Fires' }],
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
    podsJobsAndClaims,
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
          description:
            'Of all pods of a job. One that grows without end has a label with a value for each customer or request.',
          unit: 'short',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: 'sum by (job) (scrape_samples_scraped)', legend: '{{job}}' }],
        },
        {
          title: 'What has gone wrong in an hour',
          description:
            'Questions of rules that failed, scrapes that were too large, and alerts that did not get through.',
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
};
