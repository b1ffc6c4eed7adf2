import { Size } from 'cdk8s';
import { BackupJobs, type BackupSize } from '../../../lib/backup-jobs';
import { nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import type { RedisCluster } from './redis-cluster';

export interface RedisClusterBackupProps extends BackupSize {
  readonly cluster: RedisCluster;
}

/** Copies of every shard on a claim of their own, and the way back. */
export class RedisClusterBackup extends BackupJobs {
  constructor(scope: Platform, { cluster, ...props }: RedisClusterBackupProps) {
    const script = (name: string, memoryLimit: Size) => ({
      path: `/etc/redis/${name}`,
      files: nativeFiles(__dirname, '/etc/redis', 'cli.sh', name),
      resources: { cpu: 10, memory: Size.mebibytes(32), memoryLimit },
    });
    super(scope, 'redis-backup', 'data', {
      ...props,
      ...cluster.operation,
      user: 999,
      servers: cluster.clients.seeds,
      scratch: Size.mebibytes(64),
      backup: script('backup.sh', Size.mebibytes(128)),
      // It holds the keys of one shard at a time.
      restore: script('restore.sh', cluster.serverMemory),
    });
  }
}
