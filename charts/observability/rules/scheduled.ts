import { longestPause } from '../../../lib/schedule';
import { EVENTS, query } from './commands';
import type { Watched } from './platform';
import type { Alert, Recording } from './rule';

/** CronJobs that make backups: `BackupJobs` calls them so. */
export const BACKUPS = '.+-backup';

/** Seconds within which one must have succeeded: the next may run as long as it is let. */
export const overdueSeconds = (schedule: string, deadlineSeconds: number): number =>
  longestPause(schedule) + deadlineSeconds + 600;

/**
 * How many runs have succeeded lately. Kubernetes keeps Jobs that succeeded long ago and does not tell when that was: those
 * count that were not there yet at the beginning of the time. There is no figure as long as nothing has been known for
 * that time, and none where nothing is scheduled.
 */
export function recentSuccesses({ name, schedule, deadlineSeconds }: Watched): Recording[] {
  if (schedule === undefined || deadlineSeconds === undefined) return [];
  const seconds = overdueSeconds(schedule, deadlineSeconds);
  const succeeded = `k8s_job_successful_pods{k8s_job_name=~"${name}-([0-9]+|by-hand.*)"}`;
  const known = 'bss:pods:up{job="kubernetes-state"}';
  return [
    {
      record: 'bss:cronjob_successes:recent',
      expr:
        `count(${succeeded} > 0 unless on (k8s_job_name) ${succeeded} offset ${seconds}s > 0) ` +
        `or vector(0) and on () (${known} > 0 and ${known} offset ${seconds}s > 0)`,
      labels: { job: 'kubernetes-state', cronjob: name, within: within(seconds) },
      emptyOnKind: `nothing was known ${within(seconds)} ago`,
    },
  ];
}

/** As people say it. */
const within = (seconds: number) =>
  seconds < 2 * 3600 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;

const LOOK = ['kubectl get cronjobs,jobs', query('bss:cronjob_successes:recent'), EVENTS];

export const scheduledJobOverdue: Alert = {
  alert: 'ScheduledJobOverdue',
  expr: `bss:cronjob_successes:recent{cronjob!~"${BACKUPS}"} == 0`,
  for: '15m',
  severity: 'warning',
  summary: '{{ $labels.cronjob }} has succeeded {{ $value }} times within the last {{ $labels.within }}.',
  runbook: {
    means: 'What somebody changes by hand stays so: topics, databases and passwords may differ from the model.',
    look: LOOK,
    mend: 'A CronJob that is suspended starts nothing, and one whose last Job still runs starts no other. Otherwise read the log of its last Job.',
  },
};

export const backupTooOld: Alert = {
  alert: 'BackupTooOld',
  expr: `bss:cronjob_successes:recent{cronjob=~"${BACKUPS}"} == 0`,
  for: '15m',
  severity: 'critical',
  summary: '{{ $labels.cronjob }} has made {{ $value }} backups within the last {{ $labels.within }}.',
  runbook: {
    means: 'What happens since the last one would be lost with the volume.',
    look: [...LOOK, 'kubectl create job postgres-backup-by-hand --from=cronjob/postgres-backup'],
    mend: 'Make one by hand, as in the last command, and read its log: most often the claim is full, or a password has changed.',
  },
};
