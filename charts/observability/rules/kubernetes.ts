import { EVENTS, query } from './commands';
import type { Watched } from './platform';
import type { Alert, Group } from './rule';
import { backupTooOld, recentSuccesses, scheduledJobOverdue } from './scheduled';

const PODS = 'kubectl get pods -o wide';

/** What Kubernetes knows, as `kubernetes-state` tells it. @param workloads all of them, Jobs and what is scheduled as well */
export const kubernetes = (workloads: readonly Watched[]): Group => {
  const scheduled = workloads.filter((workload) => 'schedule' in workload);
  return {
    name: 'kubernetes',
    rules: [
      {
        record: 'bss:set_pods:missing',
        expr:
          'label_replace(k8s_statefulset_desired_pods - k8s_statefulset_ready_pods, "set", "$1", "k8s_statefulset_name", "(.+)") or ' +
          'label_replace(k8s_deployment_desired - k8s_deployment_available, "set", "$1", "k8s_deployment_name", "(.+)")',
      },
      ...scheduled.flatMap(recentSuccesses),
      ...pods,
      jobFailed(scheduled.map(({ name }) => name)),
      scheduledJobOverdue,
      backupTooOld,
    ],
  };
};

/**
 * Servers of a job that do not answer what looks at them, or of which nothing is known: where only the exporter has failed,
 * Kubernetes knows the server's container, which has the job's name, to be ready.
 * @param metric of the exporter: 1 where the server answers
 */
export const serverAway = (metric: string, job: string) =>
  `min by (job, pod) (${metric}{job="${job}"}) == 0 or min by (job, pod) (up{job="${job}"}) == 0 ` +
  `unless on (pod) label_replace(k8s_container_ready{k8s_container_name="${job}"} == 1, "pod", "$1", "k8s_pod_name", "(.+)")`;

const IMAGE_REASONS = 'k8s_container_status_reason{k8s_container_status_reason=~"ErrImagePull|ImagePullBackOff"}';

/** Why containers have ended. */
const ENDED = [
  PODS,
  query('k8s_container_status_reason > 0'),
  `kubectl get pods -o custom-columns=POD:.metadata.name,LAST:'.status.containerStatuses[*].lastState.terminated.reason'`,
];
const MEND_ENDED =
  'OOMKilled: raise its `memoryLimit`. Otherwise its last words are in `kubectl describe pod`, and more in `kubectl logs --previous`.';

const pods: readonly Alert[] = [
  {
    alert: 'KubernetesUnknown',
    expr: 'bss:pods:up{job="kubernetes-state"} > 0 unless on () k8s_pod_phase',
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.job }} answers and knows of no pod at all.',
    runbook: {
      means: 'Of restarts, Jobs that fail and backups nothing is known. Alerts on them cannot fire.',
      look: ['kubectl logs deploy/kubernetes-state', 'kubectl describe role kubernetes-state-role'],
      mend: 'Its log says whether it is forbidden something, or cannot get there: `apiServer` must hold what `kubectl -n default get endpointslices` names.',
    },
  },
  {
    alert: 'ContainerRestarts',
    expr: 'max by (job, k8s_pod_name, k8s_container_name) (increase(k8s_container_restarts[15m])) > 2',
    severity: 'warning',
    summary:
      '{{ $labels.k8s_container_name }} in {{ $labels.k8s_pod_name }} has started again {{ $value | printf "%.0f" }} times in 15 minutes.',
    runbook: {
      means: 'It ends by itself, is ended for its memory, or its liveness probe fails. It serves now and then.',
      look: ENDED,
      mend: MEND_ENDED,
    },
  },
  {
    alert: 'ContainerRestartsAgain',
    expr:
      'max by (job, k8s_pod_name, k8s_container_name) (increase(k8s_container_restarts[6h])) > 5 ' +
      'unless max by (job, k8s_pod_name, k8s_container_name) (increase(k8s_container_restarts[15m])) > 2',
    severity: 'warning',
    summary:
      '{{ $labels.k8s_container_name }} in {{ $labels.k8s_pod_name }} has started again {{ $value | printf "%.0f" }} times in 6 hours.',
    runbook: {
      means:
        'It works for some minutes and then ends: its memory grows, or something that comes again and again kills it.',
      look: ENDED,
      mend: MEND_ENDED,
    },
  },
  {
    alert: 'ImageMissing',
    expr: `max by (job, k8s_pod_name, k8s_container_name) (${IMAGE_REASONS}) > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'The image of {{ $labels.k8s_container_name }} in {{ $labels.k8s_pod_name }} cannot be had.',
    runbook: {
      means: 'The pod does not start. Others of the same image go on until they move to another node.',
      look: [EVENTS, "kubectl get pods -o jsonpath='{..image}'"],
      mend: 'Its name in `config/images.ts`, or the login in `imagePullSecrets`, or the registry is away.',
    },
  },
  {
    alert: 'PodPending',
    expr:
      'max by (job, k8s_pod_name) (k8s_pod_phase) == 1 ' +
      `unless on (job, k8s_pod_name) max by (job, k8s_pod_name) (${IMAGE_REASONS}) > 0`,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.k8s_pod_name }} waits to be started.',
    runbook: {
      means:
        'No node has room for it, its volume is elsewhere, a Secret is missing, or an init container does not end.',
      look: [PODS, EVENTS, 'kubectl describe quota'],
      mend: 'The event of the pod says what it waits for.',
    },
  },
  {
    alert: 'ContainerNotReady',
    expr:
      'max by (job, k8s_pod_name, k8s_container_name) (k8s_container_ready) == 0 ' +
      'and on (job, k8s_pod_name) max by (job, k8s_pod_name) (k8s_pod_phase) == 2',
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.k8s_container_name }} in {{ $labels.k8s_pod_name }} runs and is not ready.',
    runbook: {
      means: 'Nothing is sent to the pod, and an update of its set waits for it.',
      look: [PODS, EVENTS],
      mend: 'The event has what its readiness probe answers, and its log why.',
    },
  },
  {
    alert: 'AutoscalerAtMaximum',
    expr: 'max by (job, k8s_hpa_name) (k8s_hpa_current_replicas) >= max by (job, k8s_hpa_name) (k8s_hpa_max_replicas)',
    for: '30m',
    severity: 'warning',
    summary: '{{ $labels.k8s_hpa_name }} has had {{ $value }} pods for a while, as many as it may have.',
    runbook: {
      means: 'What comes on top of this load finds nobody new: answers become slower.',
      look: ['kubectl get hpa', 'kubectl top pods'],
      mend: 'If clients really ask so much, raise `mostReplicas`. Synth says what else must grow: connections, most often.',
    },
  },
  {
    alert: 'PodsMissing',
    expr: 'max by (job, set) (bss:set_pods:missing) > 0',
    for: '15m',
    severity: 'warning',
    summary: '{{ $value }} pods of {{ $labels.set }} are not ready or not there.',
    runbook: {
      means: 'What has several pods goes on with fewer. What has one does not serve.',
      look: [PODS, EVENTS, 'kubectl describe quota'],
      mend: 'Where a pod is missing altogether, an event of its set says who refuses it: the quota, or Pod Security.',
    },
  },
];

/**
 * One that runs once is looked after until it is gone. Of those that come again and again Kubernetes keeps the last that
 * failed, for ever, so it counts for an hour. @param scheduled names of CronJobs
 */
const jobFailed = (scheduled: readonly string[]): Alert => ({
  alert: 'JobFailed',
  expr:
    'max by (job, k8s_job_name) (k8s_job_failed_pods) > 0 ' +
    'and on (job, k8s_job_name) (k8s_job_active_pods + k8s_job_successful_pods) == 0 ' +
    `unless on (job, k8s_job_name) k8s_job_failed_pods{k8s_job_name=~"(${scheduled.join('|')})-[0-9]+"} offset 1h > 0`,
  for: '6m',
  severity: 'warning',
  summary: '{{ $labels.k8s_job_name }} has failed after {{ $value }} tries.',
  runbook: {
    means:
      'What it was to do is not done: topics, databases and tables are not what the model says, or a backup is missing.',
    look: ['kubectl get jobs', 'kubectl get pods --field-selector=status.phase=Failed', EVENTS],
    mend: 'Read the log of its pod. A Job that runs once is run again when it is deleted and applied anew; the others come again by themselves.',
  },
});
