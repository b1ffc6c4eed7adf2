import { Lazy } from 'cdk8s';
import * as k8s from '../imports/k8s';
import type { Component } from './component';
import type { Resources } from './container';
import { contentHash } from './content';
import type { Endpoint } from './endpoint';
import { type PodProps, podTemplate } from './pod';
import { Workload } from './workload';

/** What a Job runs, and how long it may try. */
export interface OneShotJobProps extends PodProps {
  /** How often a failed pod is replaced before the Job has failed. */
  readonly retries: number;
  /** Seconds after which the Job has failed, whatever it is doing. */
  readonly deadlineSeconds: number;
}

/**
 * Work done once for each content: the name carries the hash of the pod and its files. Applied again unchanged
 * it stays as it is; changed it is another Job. No time to live: a Job that vanishes makes GitOps create it again.
 *
 * Nor does a content run again that was applied before and comes back: where nothing prunes, its Job is still there, complete.
 * So what it does is either never to be undone, as the steps of a schema, or a {@link ScheduledJob} does it, too.
 *
 *     const migration = new OneShotJob(till, 'migrations', {
 *       image: 'registry.example/shop/till:1.2.3', user: 1000, command: ['migrate'],
 *       resources: { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(128) },
 *       retries: 6, deadlineSeconds: 600, graceSeconds: 10,
 *     });
 *     migration.connectsTo(database);
 */
export class OneShotJob extends Workload {
  constructor(scope: Component, id: string, props: OneShotJobProps) {
    super(scope, id, props, 1, 1);
    const template = podTemplate(this, props, { name: this.name, labels: this.labels, restartPolicy: 'Never' });
    new k8s.KubeJob(this, 'resource', {
      metadata: { name: Lazy.any({ produce: () => `${this.name}-${contentHash(template).slice(0, 8)}` }) },
      spec: { backoffLimit: props.retries, activeDeadlineSeconds: props.deadlineSeconds, template },
    });
  }
}

/** What a Job runs again and again. */
export interface ScheduledJobProps extends OneShotJobProps {
  /**
   * Schedule by which it runs: five cron fields, UTC.
   * @default - only by hand: the CronJob is suspended, and `kubectl create job --from=cronjob/…` starts it
   */
  readonly schedule?: string;
}

/** The 31st of February: Kubernetes takes no CronJob without a schedule, not even one that is suspended. */
const NEVER = '0 0 31 2 *';

/**
 * Work done again and again, never twice at once.
 *
 *     new ScheduledJob(till, 'closing', {
 *       image: 'registry.example/shop/till:1.2.3', user: 1000, command: ['close-the-day'], schedule: '0 20 * * *',
 *       resources: { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(128) },
 *       retries: 0, deadlineSeconds: 600, graceSeconds: 10,
 *     });
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
export class ScheduledJob extends Workload {
  /** When it runs: five cron fields, UTC. @default - only by hand */
  readonly schedule?: string;
  /** Seconds after which one run has failed. */
  readonly deadlineSeconds: number;

  constructor(scope: Component, id: string, props: ScheduledJobProps) {
    super(scope, id, props, 1, 1);
    this.schedule = props.schedule;
    this.deadlineSeconds = props.deadlineSeconds;
    new k8s.KubeCronJob(this, 'resource', {
      spec: {
        schedule: props.schedule ?? NEVER,
        timeZone: 'Etc/UTC',
        suspend: props.schedule === undefined,
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 300,
        jobTemplate: {
          spec: {
            backoffLimit: props.retries,
            activeDeadlineSeconds: props.deadlineSeconds,
            template: podTemplate(this, props, { name: this.name, labels: this.labels, restartPolicy: 'Never' }),
          },
        },
      },
    });
  }
}

/** What Jobs that mend drift may need, and how often they look again. */
export interface ReconciledJobsSize {
  /** What each pod asks for and may use: `cpu` in thousandths of a core, memory as sizes. */
  readonly resources: Resources;
  /**
   * Schedule by which drift is mended: five cron fields, UTC.
   * @default - only by hand: `kubectl create job --from=cronjob/…`
   */
  readonly schedule?: string;
}

/** What makes something what the model says. */
export interface ReconciledJobsProps extends PodProps, ReconciledJobsSize {
  /** Seconds that a try may wait for what it works on. */
  readonly waitSeconds: number;
  /** What it works on. */
  readonly servers: readonly Endpoint[];
}

/** How often a Job tries again: it has failed for good where it can wait no longer. */
const RETRIES = 6;

/**
 * Jobs that make something what the model says: one for each content, and the same again on a schedule, under the name `id`. A
 * content that comes back finds its Job, which is complete; and somebody may have changed by hand what it made.
 *
 *     reconciledJobs(till, 'drift', {
 *       image: 'registry.example/shop/tools:1.0.0', user: 1000, command: ['set-up', '/etc/shop/tables.txt'],
 *       files: { '/etc/shop/tables.txt': 'sales\nreturns\n' },
 *       resources: { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(128) },
 *       servers: [database], schedule: '0 * * * *', waitSeconds: 60, graceSeconds: 10,
 *     });
 */
export function reconciledJobs(
  scope: Component,
  id: string,
  { waitSeconds, schedule, servers, ...job }: ReconciledJobsProps,
): void {
  const jobs = [
    // Every try may have to wait in full, and for the image before: a Job that has failed is not run again.
    new OneShotJob(scope, 'default', { ...job, retries: RETRIES, deadlineSeconds: (RETRIES + 1) * 2 * waitSeconds }),
    new ScheduledJob(scope, id, { ...job, retries: 0, deadlineSeconds: 2 * waitSeconds, schedule }),
  ];
  for (const each of jobs) each.connectsTo(...servers);
}
