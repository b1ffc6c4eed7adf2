import type { Size } from 'cdk8s';
import type { BackupSize } from '../../../lib/backup-jobs';
import type { Resources } from '../../../lib/container';

/** What the PostgreSQL of an environment may need. */
export interface PostgresSize {
  readonly resources: Resources;
  /** Connections at once, PgBouncer's included: each is a process with memory of its own. */
  readonly maxConnections: number;
  /** Claim for data, indexes and the write-ahead log; a restore needs room for a second copy. */
  readonly disk: Size;
}

/** What the databases Job of an environment may need, and how often it looks again. */
export interface DatabasesJobSize {
  readonly resources: Resources;
  /**
   * Schedule by which roles get the passwords of a changed Secret: five cron fields, UTC.
   * @default - only by hand: `kubectl create job --from=cronjob/databases-reconcile …`
   */
  readonly reconcileSchedule?: string;
}

/** Backups of the databases of an environment: when they are made, and how many are kept. */
export interface PostgresBackupSize extends BackupSize {
  /** Claim for all of them; one more than `keep`, each up to a quarter of the server's disk. */
  readonly disk: Size;
}
