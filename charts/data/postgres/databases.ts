import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import { type ReconciledJobsSize, reconciledJobs } from '../../../lib/job';
import { nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { type Database, ownerOf } from './database';
import type { Postgres } from './postgres';

export interface DatabasesProps extends ReconciledJobsSize {
  readonly postgres: Postgres;
}

const WAIT_SECONDS = 300;
const SCRIPTS = ['server.sh', 'databases.sh', 'server.sql', 'database.sql', 'password.sql'];

/** What a pod needs that runs databases.sh: the scripts, and a line for each database with its two roles. */
export const databasesFiles = (databases: readonly Database[]): Record<string, string> => ({
  ...nativeFiles(__dirname, '/etc/postgresql', ...SCRIPTS),
  '/etc/postgresql/databases.txt': databases
    .map((database) => `${database.name} ${database.name} ${ownerOf(database)}\n`)
    .join(''),
});

/** Makes databases, roles and passwords what they are declared to be: a Job for each version of them, and on a schedule. */
export class Databases extends Component {
  constructor(scope: Platform, props: DatabasesProps) {
    super(scope, 'databases', 'data');
    const { postgres, resources, schedule } = props;
    reconciledJobs(this, 'reconcile', {
      ...postgres.operation,
      command: ['sh', '/etc/postgresql/databases.sh'],
      env: { ...postgres.operation.env, WAIT_SECONDS: `${WAIT_SECONDS}` },
      files: databasesFiles(postgres.databases),
      scratch: { '/tmp': Size.mebibytes(4) },
      resources,
      graceSeconds: 10,
      waitSeconds: WAIT_SECONDS,
      schedule,
      servers: [postgres.clients],
    });
  }
}
