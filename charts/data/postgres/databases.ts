import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import { OneShotJob, ScheduledJob } from '../../../lib/job';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { type Database, ownerOf } from './database';
import type { Postgres } from './postgres';
import type { DatabasesJobSize } from './size';

export interface DatabasesProps extends DatabasesJobSize {
  readonly postgres: Postgres;
}

const WAIT_SECONDS = 300;
const RETRIES = 6;
const SCRIPTS = ['server.sh', 'databases.sh', 'server.sql', 'database.sql', 'password.sql'];

/** What a pod needs that runs databases.sh: the scripts, and a line for each database with its two roles. */
export const databasesFiles = (databases: readonly Database[]): Record<string, string> => ({
  ...Object.fromEntries(SCRIPTS.map((name) => [`/etc/postgresql/${name}`, nativeFile(__dirname, name)])),
  '/etc/postgresql/databases.txt': databases
    .map((database) => `${database.name} ${database.name} ${ownerOf(database)}\n`)
    .join(''),
});

/** Makes databases, roles and passwords what they are declared to be: a Job for each version of them, and on a schedule. */
export class Databases extends Component {
  constructor(scope: Platform, props: DatabasesProps) {
    super(scope, 'databases', 'data');
    const { postgres, resources, reconcileSchedule } = props;
    const job = {
      ...postgres.operation,
      command: ['sh', '/etc/postgresql/databases.sh'],
      env: { ...postgres.operation.env, WAIT_SECONDS: `${WAIT_SECONDS}` },
      files: databasesFiles(postgres.databases),
      scratch: { '/tmp': Size.mebibytes(4) },
      resources,
      graceSeconds: 10,
    };
    const apply = new OneShotJob(this, 'default', {
      ...job,
      retries: RETRIES,
      // Every try may have to wait in full, and for the image before: a Job that has failed is not run again.
      deadlineSeconds: (RETRIES + 1) * 2 * WAIT_SECONDS,
    });
    const reconcile = new ScheduledJob(this, 'reconcile', {
      ...job,
      retries: 0,
      deadlineSeconds: 2 * WAIT_SECONDS,
      schedule: reconcileSchedule,
    });
    apply.connectsTo(postgres.clients);
    reconcile.connectsTo(postgres.clients);
  }
}
