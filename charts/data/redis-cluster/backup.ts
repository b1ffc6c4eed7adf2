import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Component, type ComponentProps } from '../../../lib/component';
import type { Resources } from '../../../lib/container';
import { ScheduledJob } from '../../../lib/job';
import { nativeFile } from '../../../lib/native-file';
import { VolumeClaim } from '../../../lib/volume-claim';
import { backupsFile } from '../backups';
import type { RedisCluster } from './redis-cluster';

/** When the Redis Cluster of an environment is copied, and how long copies are kept. */
export interface RedisBackupSize {
  /** Five cron fields, UTC. */
  readonly schedule: string;
  /** Only by hand: `kubectl create job --from=cronjob/redis-backup …`. */
  readonly suspended: boolean;
  /** Backups that are kept; the oldest goes when a new one is complete. */
  readonly keep: number;
  /** Claim for all of them; at least one more than `keep`, each as large as the keys of all shards. */
  readonly disk: Size;
}

export interface RedisClusterBackupProps extends ComponentProps, RedisBackupSize {
  readonly cluster: RedisCluster;
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
}

const BACKUPS = '/backups';
/** The 31st of February. */
const NEVER = '0 0 31 2 *';
const WORK: Resources = { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(128) };

/** Copies of every shard on a claim of their own, and the way back. */
export class RedisClusterBackup extends Component {
  constructor(scope: Construct, props: RedisClusterBackupProps) {
    super(scope, 'redis-backup', props);
    const { cluster } = props;
    const pod = { image: cluster.operation.image, component: 'data', user: 999 };
    const claim = new VolumeClaim(this, 'claim', { ...pod, size: props.disk, storageClass: props.storageClass });
    const job = (
      id: string,
      script: string,
      resources: Resources,
      schedule: { schedule: string; suspended: boolean },
    ) => {
      const made = new ScheduledJob(this, id, {
        ...cluster.operation,
        ...pod,
        command: ['sh', `/etc/redis/${script}`],
        env: { ...cluster.operation.env, BACKUPS, KEEP: `${props.keep}` },
        files: {
          ...backupsFile('/etc/redis'),
          '/etc/redis/cli.sh': nativeFile(__dirname, 'cli.sh'),
          [`/etc/redis/${script}`]: nativeFile(__dirname, script),
        },
        scratch: { '/tmp': Size.mebibytes(64) },
        volumeClaims: { [BACKUPS]: claim },
        resources,
        graceSeconds: 10,
        retries: 0,
        deadlineSeconds: 6 * 3600,
        ...schedule,
      });
      made.connectsTo(...cluster.clients.seeds);
    };
    job('default', 'backup.sh', WORK, props);
    // It holds the keys of one shard at a time. Never by itself: it writes over what is there.
    const memoryLimit = cluster.serverMemory;
    job('restore', 'restore.sh', { ...WORK, memoryLimit }, { schedule: NEVER, suspended: true });
  }
}
