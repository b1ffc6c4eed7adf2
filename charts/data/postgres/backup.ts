import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Component, type ComponentProps } from '../../../lib/component';
import type { Resources } from '../../../lib/container';
import { ScheduledJob } from '../../../lib/job';
import { nativeFile } from '../../../lib/native-file';
import { VolumeClaim } from '../../../lib/volume-claim';
import { backupsFile } from '../backups';
import { databasesFiles } from './databases';
import type { Postgres } from './postgres';

/** When the databases of an environment are copied, and how long copies are kept. */
export interface PostgresBackupSize {
  /** Five cron fields, UTC. */
  readonly schedule: string;
  /** Only by hand: `kubectl create job --from=cronjob/postgres-backup …`. */
  readonly suspended: boolean;
  /** Backups that are kept; the oldest goes when a new one is complete. */
  readonly keep: number;
  /** Claim for all of them; one more than `keep`, each up to a quarter of the server's disk. */
  readonly disk: Size;
}

export interface PostgresBackupProps extends ComponentProps, PostgresBackupSize {
  readonly postgres: Postgres;
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
}

const BACKUPS = '/backups';
/** The 31st of February. */
const NEVER = '0 0 31 2 *';
const WORK: Resources = { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(256) };

/** Copies of every database on a claim of their own, and the way back. */
export class PostgresBackup extends Component {
  constructor(scope: Construct, props: PostgresBackupProps) {
    super(scope, 'postgres-backup', props);
    const { postgres } = props;
    const { image, component, user } = postgres.operation;
    const pod = { image, component, user };
    const claim = new VolumeClaim(this, 'claim', { ...pod, size: props.disk, storageClass: props.storageClass });
    const job = (
      id: string,
      script: string,
      files: Record<string, string>,
      schedule: { schedule: string; suspended: boolean },
    ) => {
      const made = new ScheduledJob(this, id, {
        ...postgres.operation,
        command: ['sh', `/etc/postgresql/${script}`],
        env: { ...postgres.operation.env, BACKUPS, KEEP: `${props.keep}` },
        files: {
          ...files,
          ...backupsFile('/etc/postgresql'),
          [`/etc/postgresql/${script}`]: nativeFile(__dirname, script),
        },
        scratch: { '/tmp': Size.mebibytes(16) },
        volumeClaims: { [BACKUPS]: claim },
        resources: WORK,
        graceSeconds: 10,
        retries: 0,
        deadlineSeconds: 6 * 3600,
        ...schedule,
      });
      made.connectsTo(postgres.clients);
    };
    const file = (name: string) => ({ [`/etc/postgresql/${name}`]: nativeFile(__dirname, name) });
    job('default', 'backup.sh', file('server.sh'), props);
    // Never by itself: it puts what is there aside.
    const statements = { ...file('leftovers.sql'), ...file('empty.sql'), ...file('swap.sql') };
    const scripts = { ...databasesFiles(postgres.databases), ...statements };
    job('restore', 'restore.sh', scripts, { schedule: NEVER, suspended: true });
  }
}
