import { Lazy } from 'cdk8s';
import * as k8s from '../imports/k8s';
import type { Component } from './component';
import { contentHash } from './content';
import { type PodProps, podTemplate } from './pod';
import { Workload } from './workload';

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

export interface ScheduledJobProps extends OneShotJobProps {
  /**
   * Schedule by which it runs: five cron fields, UTC.
   * @default - only by hand: the CronJob is suspended, and `kubectl create job --from=cronjob/…` starts it
   */
  readonly schedule?: string;
}

/** The 31st of February: Kubernetes takes no CronJob without a schedule, not even one that is suspended. */
const NEVER = '0 0 31 2 *';

/** Work done again and again, never twice at once. */
export class ScheduledJob extends Workload {
  constructor(scope: Component, id: string, props: ScheduledJobProps) {
    super(scope, id, props, 1, 1);
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
