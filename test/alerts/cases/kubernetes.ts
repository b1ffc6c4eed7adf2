import { type Case, type Gauge, GONE, grows } from '../case';

const job = { job: 'kubernetes-state' };
const pod = { ...job, k8s_pod_name: 'kafka-0' };
const container = { ...pod, k8s_container_name: 'kafka' };
const series = (name: string, labels: Record<string, string>) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join()}}`;
const up: Record<string, Gauge> = { [series('up', { ...job, pod: '10.244.0.9' })]: [1, 1] };
const succeeded = (name: string, gauge: Gauge) => ({
  [series('k8s_job_successful_pods', { ...job, k8s_job_name: name })]: gauge,
});

/** A Job of which all pods have failed. */
const failed = (name: string, pods: Gauge) => {
  const of = { ...job, k8s_job_name: name };
  const none = pods.map((count) => (count === GONE ? GONE : 0)) as unknown as Gauge;
  return {
    [series('k8s_job_failed_pods', of)]: pods,
    [series('k8s_job_active_pods', of)]: none,
    [series('k8s_job_successful_pods', of)]: none,
  };
};

export const cases: readonly Case[] = [
  {
    alert: 'KubernetesUnknown',
    series: { ...up, [series('k8s_pod_phase', pod)]: [2, GONE, 2] },
    labels: job,
    summary: 'kubernetes-state answers and knows of no pod at all.',
  },
  {
    alert: 'ContainerRestarts',
    series: { [series('k8s_container_restarts', container)]: grows(0, 1) },
    labels: container,
    summary: 'kafka in kafka-0 has started again 15 times in 15 minutes.',
  },
  {
    alert: 'ContainerRestartsAgain',
    // Once in a quarter of an hour.
    series: { [series('k8s_container_restarts', container)]: grows(0, 1 / 15) },
    labels: container,
    summary: 'kafka in kafka-0 has started again 24 times in 6 hours.',
    minutes: [60, 480, 480],
    step: 15,
  },
  {
    alert: 'ImageMissing',
    series: {
      [series('k8s_container_status_reason', {
        ...container,
        k8s_container_status_reason: 'ImagePullBackOff',
      })]: [0, 1],
    },
    labels: container,
    summary: 'The image of kafka in kafka-0 cannot be had.',
  },
  {
    alert: 'PodPending',
    series: { [series('k8s_pod_phase', pod)]: [2, 1] },
    labels: pod,
    summary: 'kafka-0 waits to be started.',
  },
  {
    alert: 'ContainerNotReady',
    series: { [series('k8s_pod_phase', pod)]: [2, 2], [series('k8s_container_ready', container)]: [1, 0] },
    labels: container,
    summary: 'kafka in kafka-0 runs and is not ready.',
  },
  {
    alert: 'AutoscalerAtMaximum',
    series: {
      [series('k8s_hpa_current_replicas', { ...job, k8s_hpa_name: 'backend' })]: [3, 12],
      [series('k8s_hpa_max_replicas', { ...job, k8s_hpa_name: 'backend' })]: [12, 12],
    },
    labels: { ...job, k8s_hpa_name: 'backend' },
    summary: 'backend has had 12 pods for a while, as many as it may have.',
    minutes: [10, 60, 30],
  },
  {
    alert: 'PodsMissing',
    series: {
      [series('k8s_statefulset_desired_pods', { ...job, k8s_statefulset_name: 'kafka' })]: [3, 3],
      [series('k8s_statefulset_ready_pods', { ...job, k8s_statefulset_name: 'kafka' })]: [3, 1],
      [series('k8s_deployment_desired', { ...job, k8s_deployment_name: 'akhq' })]: [1, 1],
      [series('k8s_deployment_available', { ...job, k8s_deployment_name: 'akhq' })]: [1, 1],
    },
    labels: { ...job, set: 'kafka' },
    summary: '2 pods of kafka are not ready or not there.',
  },
  {
    alert: 'JobFailed',
    // One of a CronJob that has failed long ago, and whose followers may have succeeded, is none.
    series: { ...failed('databases-1a2b3c4d', [GONE, 7, GONE]), ...failed('topics-drift-29000001', [1, 1]) },
    labels: { ...job, k8s_job_name: 'databases-1a2b3c4d' },
    summary: 'databases-1a2b3c4d has failed after 7 tries.',
    minutes: [100, 30, 30],
  },
  {
    alert: 'ScheduledJobOverdue',
    series: {
      ...up,
      ...succeeded('topics-drift-29000001', [1, 1]),
      ...succeeded('topics-drift-29000010', [GONE, GONE, 1]),
      ...failed('topics-drift-29000009', [GONE, 1]),
    },
    labels: { ...job, cronjob: 'topics-drift', within: '40 minutes' },
    summary: 'topics-drift has succeeded 0 times within the last 40 minutes.',
    minutes: [30, 60, 30],
  },
  {
    alert: 'BackupTooOld',
    series: {
      ...up,
      ...succeeded('postgres-backup-29000001', [1, 1]),
      ...succeeded('postgres-backup-by-hand', [GONE, GONE, 1]),
      ...succeeded('postgres-backup-restore-by-hand', [GONE, 1]),
    },
    labels: { ...job, cronjob: 'postgres-backup', within: '30 hours' },
    summary: 'postgres-backup has made 0 backups within the last 30 hours.',
    minutes: [1750, 200, 60],
    step: 5,
  },
];
