import { CERTIFICATE_DAYS, CERTIFICATE_LEFT, DAY } from '../../rules/certificates';
import { VOLUME_LIMIT } from '../../rules/volumes';
import type { Row } from './board';
import { within } from './promql';

export const RESTARTS = 'k8s_container_restarts';
const TRIES = 'max by (k8s_job_name) (k8s_job_failed_pods)';
const DONE = 'max by (k8s_job_name) (k8s_job_successful_pods)';
/** What Kubernetes knows of the platform, how full its claims are, and until when its certificates hold. */
export const podsJobsAndClaims: Row = {
  title: 'Pods, Jobs, claims and certificates',
  panels: [
    {
      title: 'Restarts',
      description:
        'Within an hour, of those with most of them. One pod again and again has a reason of its own; many at once have lost a node.',
      unit: 'none',
      kind: 'timeseries',
      width: 8,
      queries: [{ expr: `topk(10, ${within('1h', RESTARTS, 'k8s_pod_name')})`, legend: '{{k8s_pod_name}}' }],
    },
    {
      title: 'Targets',
      description: 'Pods of each job that should answer, and that do.',
      unit: 'none',
      kind: 'table',
      width: 8,
      queries: [
        { expr: 'max by (job) (bss:pods:expected)', legend: 'Expected' },
        { expr: 'max by (job) (bss:pods:up)', legend: 'Up' },
      ],
    },
    {
      title: 'Quota in use',
      description:
        'What all pods ask for together, of what the namespace may. During an update they ask for more. At 1 no further pod is started.',
      unit: 'percentunit',
      kind: 'bargauge',
      width: 8,
      queries: [
        {
          expr: 'max by (resource) (k8s_resource_quota_used / (k8s_resource_quota_hard_limit > 0))',
          legend: '{{resource}}',
        },
      ],
    },
    {
      title: 'Pods of Jobs',
      description:
        'Pods of each that have failed, and that have done their work. One is enough; a few failures before it are tries.',
      unit: 'none',
      kind: 'table',
      width: 8,
      queries: [
        { expr: TRIES, legend: 'Failed' },
        { expr: DONE, legend: 'Done' },
      ],
    },
    {
      title: 'Claims in use',
      description:
        'As far as who writes there says: records of Kafka, ZooKeeper with its log, databases with theirs, the log of Redis, samples.',
      unit: 'percentunit',
      kind: 'bargauge',
      width: 8,
      queries: [{ expr: 'max by (pod, volume) (bss:volume:ratio)', legend: '{{pod}} {{volume}}' }],
      thresholds: { critical: VOLUME_LIMIT },
    },
    {
      title: 'Certificates hold for',
      description: `As clients see them. Where they renew themselves, none should ever come below ${CERTIFICATE_DAYS.warning} days.`,
      unit: 's',
      kind: 'bargauge',
      width: 8,
      queries: [{ expr: CERTIFICATE_LEFT, legend: '{{pod}}' }],
      thresholds: { warning: CERTIFICATE_DAYS.warning * DAY, critical: CERTIFICATE_DAYS.critical * DAY },
      emptyOnKind: 'There is no certificate that somebody must renew.',
    },
  ],
};
