import type { Resources } from '../../../lib/container';

/** Size of the topics Job, and how often it runs again. */
export interface TopicsJobSize {
  /** CPU and memory of each Job's pod. */
  readonly resources: Resources;
  /**
   * When topics are set back to what the catalogue says: five cron fields, UTC.
   * @default - only by hand: `kubectl create job --from=cronjob/topics-drift …`
   */
  readonly driftSchedule?: string;
}
