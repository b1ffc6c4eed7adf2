import type { Size } from 'cdk8s';
import type { BackupSize } from '../../../lib/backup-jobs';
import type { Resources } from '../../../lib/container';

/** Size of PostgreSQL. */
export interface PostgresSize {
  /** CPU and memory of the server. Buffers and memory for sorts follow from the limit. */
  readonly resources: Resources;
  /** Connections at once, those of PgBouncer included. Each is a process with memory of its own. */
  readonly maxConnections: number;
  /** Claim for data, indexes and the write-ahead log. A restore needs room for a second copy of the data. */
  readonly disk: Size;
}

/** Size of the databases Job, and how often it looks again. */
export interface DatabasesJobSize {
  /** CPU and memory of each Job's pod. */
  readonly resources: Resources;
  /**
   * When roles get the passwords of a changed Secret: five cron fields, UTC.
   * @default - only by hand: `kubectl create job --from=cronjob/databases-reconcile …`
   */
  readonly reconcileSchedule?: string;
}

/** Backups of the databases: when they are made, and how many are kept. */
export interface PostgresBackupSize extends BackupSize {
  /** Claim for all backups: room for one more than `keep`, each up to a quarter of the server's disk. */
  readonly disk: Size;
}
