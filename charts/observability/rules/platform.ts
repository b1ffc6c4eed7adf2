import type { Workload } from '../../../lib/workload';
import { amtool, EVENTS, podsOf, query } from './commands';
import type { Group } from './rule';

/** From so many seconds on somebody is told of a scrape; boards show the same. */
export const SCRAPE_SECONDS = 5;

/**
 * Targets of each job that are down; boards show the same. Of a job with more pods than the model asks for, as an
 * autoscaler makes them, those count that were down three minutes ago as well: in an update one follows the other.
 */
export const TARGETS_DOWN =
  'bss:pods:expected - on (job) bss:pods:up > 0 or count by (job) (up == 0 and up offset 3m == 0)';

/** What is watched of a workload. */
export interface Watched extends Pick<Workload, 'name' | 'replicas' | 'metrics'> {
  /** When it runs, of a CronJob. @default - only by hand */
  readonly schedule?: string;
  /** How long one run may take, of a Job. */
  readonly deadlineSeconds?: number;
}

/** What holds for everything that is asked, whatever it is, and for who asks and who tells. */
export const platform = (workloads: readonly Watched[]): Group => ({
  name: 'platform',
  rules: [
    // From the model: where DNS no longer names a pod there is no target that could be down.
    ...workloads.map(({ name, replicas }) => ({
      record: 'bss:pods:expected',
      expr: `vector(${replicas})`,
      labels: { job: name },
    })),
    { record: 'bss:pods:up', expr: 'sum by (job) (up) or bss:pods:expected * 0' },
    {
      alert: 'Watchdog',
      expr: 'vector(1)',
      severity: 'none',
      summary: 'Alerts get through: this one is always there.',
      runbook: {
        means:
          'Nothing is wrong. Who receives it can tell that the way of the alerts is open, and is told nothing when it is not.',
        look: [amtool('alert query')],
        mend: 'Leave it. When it stops, look after Prometheus and Alertmanager.',
      },
    },
    {
      alert: 'TargetDown',
      expr: TARGETS_DOWN,
      for: '5m',
      severity: 'warning',
      summary: '{{ $value }} of the pods of {{ $labels.job }} do not tell their metrics.',
      runbook: {
        means: 'A pod is away, or what tells its metrics is. Of the job nothing is known meanwhile.',
        look: ['kubectl get pods -o wide', query('up == 0'), EVENTS],
        mend: 'See why the pod is not running. Where it runs, look at the last error of the target in Prometheus.',
      },
    },
    {
      alert: 'ScrapeSlow',
      expr: `max by (job, pod) (scrape_duration_seconds) > ${SCRAPE_SECONDS}`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.pod }} of {{ $labels.job }} takes {{ $value | humanizeDuration }} to tell its metrics.',
      runbook: {
        means: 'After 10 seconds the scrape is given up, and the target counts as down.',
        look: [query('topk(5, scrape_duration_seconds)'), query('topk(5, scrape_samples_scraped)')],
        mend: 'A pod without CPU answers late: see its node. One with many series more than before has a label too many.',
      },
    },
    {
      alert: 'ScrapeTooLarge',
      expr: 'sum by (job) (increase(prometheus_target_scrapes_exceeded_sample_limit_total[15m])) > 0',
      for: '5m',
      severity: 'warning',
      summary: '{{ $value | printf "%.0f" }} scrapes in 15 minutes had too many samples and were thrown away.',
      runbook: {
        means: 'A target has more series than Prometheus takes from it. Of that target nothing is known meanwhile.',
        look: [query('up == 0'), query('topk(5, scrape_samples_scraped)')],
        mend: 'Find the label that has a value for each customer or request, and take it out.',
      },
    },
    {
      alert: 'RulesFail',
      expr: 'sum by (job, pod) (increase(prometheus_rule_evaluation_failures_total[10m])) > 0',
      for: '5m',
      severity: 'critical',
      summary: '{{ $value | printf "%.0f" }} questions of rules have failed in {{ $labels.pod }} within 10 minutes.',
      runbook: {
        means: 'Alerts of those rules cannot fire.',
        look: [
          'kubectl logs prometheus-0',
          'kubectl exec prometheus-0 -- promtool check rules /etc/prometheus/rules.yml',
        ],
        mend: 'The log names the rule and why: most often two series where the rule thinks of one.',
      },
    },
    {
      alert: 'RulesLate',
      // A busy node lets one pass be missed now and then.
      expr: 'sum by (job, pod) (increase(prometheus_rule_group_iterations_missed_total[15m])) > 10',
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.pod }} has had no time for rules {{ $value | printf "%.0f" }} times in 15 minutes.',
      runbook: {
        means: 'Alerts come late, and the error budgets have gaps.',
        look: [query('topk(3, prometheus_rule_group_last_duration_seconds)'), 'kubectl top pod prometheus-0'],
        mend: 'More CPU for Prometheus. If one group takes nearly all the time, look at what it asks.',
      },
    },
    {
      alert: 'PrometheusCannotStore',
      expr:
        'sum by (job, pod) (increase(prometheus_tsdb_compactions_failed_total[1h]) + ' +
        'increase(prometheus_tsdb_wal_corruptions_total[1h])) > 0',
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.pod }} has failed {{ $value | printf "%.0f" }} times to store its samples within an hour.',
      runbook: {
        means: 'Samples of hours stay in its log, which grows, or are lost.',
        look: ['kubectl logs prometheus-0 --tail=100', 'kubectl exec prometheus-0 -- df -h /prometheus'],
        mend: 'A full claim: raise `prometheus.disk`. Otherwise the log names the block that cannot be read: move it away, and restart.',
      },
    },
    {
      alert: 'PrometheusForgetsEarly',
      expr: 'max by (job, pod) (increase(prometheus_tsdb_size_retentions_total[1d])) > 0',
      severity: 'warning',
      summary:
        '{{ $labels.pod }} has removed samples {{ $value | printf "%.0f" }} times today because its claim has no room.',
      runbook: {
        means: 'Samples go before `prometheus.retention` is over. The error budgets are of less time than they say.',
        look: [query('prometheus_tsdb_head_series'), 'kubectl exec prometheus-0 -- df -h /prometheus'],
        mend: 'Raise `prometheus.disk`, or shorten the retention.',
      },
    },
    {
      alert: 'PrometheusCannotTell',
      // Less than `for`, here and below: who is told at least once a minute fails again and again, and not in one restart.
      // Of several Alertmanagers each is told of all alerts: where one takes them nothing is missed.
      expr: 'min by (job, pod) (rate(prometheus_notifications_errors_total[2m])) > 0',
      for: '5m',
      severity: 'critical',
      summary: '{{ $labels.pod }} fails to give {{ $value | printf "%.2f" }} alerts a second to any Alertmanager.',
      runbook: {
        means: 'Of what it alone sees nobody is told. With a second Prometheus that can tell, nothing is missed.',
        look: [podsOf('alertmanager'), 'kubectl logs alertmanager-0'],
        mend: 'Bring Alertmanager back.',
      },
    },
    {
      alert: 'AlertmanagersApart',
      // One alone has no such figure.
      expr: 'min by (job) (alertmanager_cluster_members) < on (job) bss:pods:expected',
      for: '10m',
      severity: 'warning',
      summary: 'An Alertmanager knows of only {{ $value }} in all, itself among them.',
      runbook: {
        means: 'Each tells everything itself: messages come twice, and a silence that one has the other does not know.',
        look: [podsOf('alertmanager'), amtool('cluster show')],
        mend: 'Where both run, something keeps them apart: the network policies, or an address that was another one before.',
      },
    },
    {
      alert: 'AlertmanagerCannotTell',
      expr: 'sum by (job, integration) (rate(alertmanager_notifications_failed_total[2m])) > 0',
      for: '5m',
      severity: 'critical',
      summary: '{{ $value | printf "%.2f" }} messages a second by {{ $labels.integration }} do not get through.',
      runbook: {
        means: 'Somebody is not told what he should be. Alertmanager tries again.',
        look: ['kubectl logs alertmanager-0', 'kubectl get networkpolicy'],
        mend: 'The log says what the receiver answered. Its networks in `alertmanager.receivers` must hold its address.',
      },
    },
  ],
});
