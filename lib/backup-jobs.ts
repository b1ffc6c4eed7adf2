import { dirname, join } from 'node:path';
import type { Size } from 'cdk8s';
import { Component } from './component';
import type { Resources } from './container';
import type { Content } from './content';
import type { Endpoint } from './endpoint';
import { ScheduledJob } from './job';
import { nativeFile } from './native-file';
import type { Platform } from './platform';
import type { PodProps } from './pod';
import { VolumeClaim } from './volume-claim';

/** Backups of something: when they are made, and how many are kept. */
export interface BackupSize {
  /**
   * Schedule by which backups are made: five cron fields, UTC.
   * @default - only by hand: `kubectl create job --from=cronjob/…`
   */
  readonly schedule?: string;
  /** Backups that are kept; the oldest goes when a new one is complete. */
  readonly keep: number;
  /** Claim for all of them: room for one more than `keep`, the one that is being made. */
  readonly disk: Size;
}

/** What one of the two Jobs runs. */
export interface BackupScript {
  /** The shell script to run, an absolute path of `files`. It sources `backups.sh`, which is put beside it. */
  readonly path: string;
  /** Its text and that of whatever else it needs, by absolute path, all in one directory. */
  readonly files: Record<string, Content>;
  /** What its container asks for and may use: `cpu` in thousandths of a core, memory as sizes. */
  readonly resources: Resources;
}

/** What is copied, and where to. */
export interface BackupJobsProps extends BackupSize, Pick<PodProps, 'image' | 'user' | 'secretFiles'> {
  /** Environment of both scripts, beside `BACKUPS`, the directory of the claim, and `KEEP`. @default - nothing more */
  readonly env?: Record<string, string>;
  /** What both scripts connect to. */
  readonly servers: readonly Endpoint[];
  /** Most that a script may write to `/tmp`. */
  readonly scratch: Size;
  /** Makes a backup in a new directory of `$BACKUPS`, on the schedule. */
  readonly backup: BackupScript;
  /** Writes one over what is there, so that it is only ever started by hand. */
  readonly restore: BackupScript;
}

const BACKUPS = '/backups';
const DEADLINE_SECONDS = 6 * 3600;

/**
 * Copies of something on a claim of their own, and the way back: the CronJobs `<id>` and `<id>-restore`. What is copied and
 * how is a matter of their two scripts. What counts as a backup, that it has its name only when it is complete, how many
 * are kept, and that one script at a time works on them is the same for all: the functions of `backups.sh`.
 *
 *     const script = (path: string, text: string) => ({
 *       path,
 *       files: { [path]: `. "$(dirname "$0")/backups.sh"; ${text}` },
 *       resources: { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(128) },
 *     });
 *     new BackupJobs(shop, 'sales-backup', 'data', {
 *       image: 'registry.example/shop/tools:1.0.0', user: 1000, servers: [database],
 *       schedule: '0 3 * * *', keep: 7, disk: Size.gibibytes(10), scratch: Size.mebibytes(16),
 *       backup: script('/etc/shop/backup.sh', 'begin_backup; copy-it > all.dump; complete_backup'),
 *       restore: script('/etc/shop/restore.sh', 'choose_backup "${1:-}"; write-it < all.dump'),
 *     });
 */
export class BackupJobs extends Component {
  constructor(scope: Platform, id: string, group: string, props: BackupJobsProps) {
    super(scope, id, group);
    const { image, user, schedule, disk } = props;
    const claim = new VolumeClaim(this, 'claim', { image, user, size: disk });
    this.job('default', props, claim, props.backup, schedule);
    this.job('restore', props, claim, props.restore);
  }

  private job(
    id: string,
    { image, user, secretFiles, env, keep, servers, scratch }: BackupJobsProps,
    claim: VolumeClaim,
    { path, files, resources }: BackupScript,
    schedule?: string,
  ): void {
    const made = new ScheduledJob(this, id, {
      ...{ image, user, secretFiles, schedule, resources },
      command: ['sh', path],
      env: { ...env, BACKUPS, KEEP: `${keep}` },
      files: { ...files, [join(dirname(path), 'backups.sh')]: nativeFile(__dirname, 'backups.sh') },
      scratch: { '/tmp': scratch },
      volumeClaims: { [BACKUPS]: claim },
      graceSeconds: 10,
      // What has failed is looked at before it is tried again.
      retries: 0,
      deadlineSeconds: DEADLINE_SECONDS,
    });
    made.connectsTo(...servers);
  }
}
