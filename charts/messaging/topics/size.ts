import type { Resources } from '../../../lib/container';

/** What the topics Job of an environment may need, and how often it runs again. */
export interface TopicsJobSize {
  readonly resources: Resources;
  /**
   * Schedule by which drift is mended: five cron fields, UTC.
   * @default - only by hand: `kubectl create job --from=cronjob/topics-drift …`
   */
  readonly driftSchedule?: string;
}
