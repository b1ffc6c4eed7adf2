import { Size } from 'cdk8s';
import { BackupJobs, type BackupSize } from '../../../lib/backup-jobs';
import { nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { databasesFiles } from './databases';
import type { Postgres } from './postgres';

export interface PostgresBackupProps extends BackupSize {
  readonly postgres: Postgres;
}

const STATEMENTS = ['leftovers.sql', 'empty.sql', 'swap.sql'];

/** Copies of every database on a claim of their own, and the way back. */
export class PostgresBackup extends BackupJobs {
  constructor(scope: Platform, { postgres, ...props }: PostgresBackupProps) {
    const files = (...names: string[]) => nativeFiles(__dirname, '/etc/postgresql', ...names);
    const resources = { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(256) };
    super(scope, 'postgres-backup', 'data', {
      ...props,
      ...postgres.operation,
      servers: [postgres.clients],
      scratch: Size.mebibytes(16),
      backup: { path: '/etc/postgresql/backup.sh', files: files('server.sh', 'backup.sh'), resources },
      restore: {
        path: '/etc/postgresql/restore.sh',
        files: { ...databasesFiles(postgres.databases), ...files(...STATEMENTS, 'restore.sh') },
        resources,
      },
    });
  }
}
