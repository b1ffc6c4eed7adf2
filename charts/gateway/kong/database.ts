import { Size } from 'cdk8s';
import type { Component } from '../../../lib/component';
import type { ContainerProps } from '../../../lib/container';
import { contentHash } from '../../../lib/content';
import { OneShotJob } from '../../../lib/job';
import { nativeFiles } from '../../../lib/native-file';
import { exec } from '../../../lib/probe';
import { RequiredSecret } from '../../../lib/secret';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import { oneLine } from '../../../lib/values/secrets';
import { type KeysProps, RENDERED, type renderedKeys } from './keys';
import { MEMORY_VOLUMES, PREFIX } from './memory';
import { commonSettings } from './settings';
import type { DatabaseSize } from './size';

export interface ConfigurationDatabaseProps extends KeysProps, DatabaseSize {
  readonly postgresImage: string;
  readonly rendered: ReturnType<typeof renderedKeys>;
}

const VOLUME = '/var/lib/postgresql/data';
const PASSWORD = '/etc/kong-db/password';
const USER = 'kong';
/** Most connections of all workers of all pods, each of which keeps a few. */
const CONNECTIONS = 200;

const little = { cpu: 10, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(64) };
/** What the `kong` command takes for migrations and imports. */
const some = { cpu: 50, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(256) };

/**
 * A PostgreSQL for the gateway alone, and a Job that puts the configuration into it: into a database of its own for each
 * version. Kong's import never deletes, refuses a key that changes its place, and is not seen by pods that run; so pods of a
 * new version get a new database, and those of the old one keep theirs until they are replaced.
 */
export function configurationDatabase(component: Component, props: ConfigurationDatabaseProps) {
  const keys = { password: 'password of the gateway at its own database; it is set when the database is made' };
  const secret = new RequiredSecret(component, 'kong-db', keys, () => oneLine());
  const password = secret.key('password');
  const kongDb = new StatefulWorkload(component, 'db', {
    image: props.postgresImage,
    user: 70,
    // The image's entrypoint makes the data at the first start, and becomes the server.
    command: [
      ...['docker-entrypoint.sh', 'postgres', '-c', `max_connections=${CONNECTIONS}`],
      ...['-c', 'shared_buffers=64MB', '-c', 'huge_pages=off', '-c', 'password_encryption=scram-sha-256'],
    ],
    env: {
      // Below the mount, whose root may have other things and another owner.
      PGDATA: `${VOLUME}/pgdata`,
      POSTGRES_PASSWORD_FILE: PASSWORD,
      KONG_ROLE: USER,
      POSTGRES_INITDB_ARGS: '--data-checksums',
    },
    ports: { sql: 5432 },
    files: nativeFiles(__dirname, '/docker-entrypoint-initdb.d', 'role.sql'),
    secretFiles: { [PASSWORD]: password },
    scratch: { '/tmp': Size.mebibytes(16), '/var/run/postgresql': Size.mebibytes(1) },
    memoryScratch: { '/dev/shm': Size.mebibytes(64) },
    claims: { data: { mountPath: VOLUME, size: props.disk } },
    resources: props.resources,
    probes: {
      // By TCP: while the image initializes it answers on its socket alone.
      startup: { ...answers, periodSeconds: 2, failureThreshold: 300 },
      readiness: { ...answers, periodSeconds: 5 },
      liveness: { ...answers, periodSeconds: 10, failureThreshold: 6 },
    },
    graceSeconds: 120,
    replicas: 1,
  });
  const server = kongDb.endpoint('sql');

  const { files, ...rendering } = props.rendered;
  const database = `kong_${contentHash([files, props.image, props.keysRevision]).slice(0, 8)}`;
  const settings = {
    KONG_DATABASE: 'postgres',
    KONG_PG_HOST: server.host,
    KONG_PG_PORT: `${server.portNumber}`,
    KONG_PG_USER: USER,
    KONG_PG_PASSWORD: password,
    KONG_PG_DATABASE: database,
  };
  const psql = (action: string): ContainerProps => ({
    image: props.postgresImage,
    command: ['sh', '/etc/bss/database.sh', action],
    env: {
      ...{ PGHOST: server.host, PGPORT: `${server.portNumber}`, PGUSER: USER, PGPASSWORD: password },
      DATABASE: database,
    },
    resources: little,
  });
  const kong = (...command: string[]): ContainerProps => ({
    image: props.image,
    command: ['sh', ...command],
    env: {
      ...commonSettings(props.configuration),
      KONG_PREFIX: PREFIX,
      TERMINATION_LOG: '/dev/termination-log',
      ...settings,
    },
    // Kong quotes keys in what it says.
    terminationMessagePolicy: 'File',
    resources: some,
  });
  const job = new OneShotJob(component, 'migrations', {
    ...psql('finish'),
    ...rendering,
    user: 1000,
    files: { ...files, ...nativeFiles(__dirname, '/etc/bss', 'database.sh', 'migrate.sh', 'import.sh') },
    initContainers: {
      create: psql('create'),
      migrate: kong('/etc/bss/migrate.sh'),
      ...rendering.initContainers,
      import: kong('/etc/bss/import.sh', RENDERED),
    },
    // The prefix has the password, and what Kong says has keys.
    memoryScratch: { ...rendering.memoryScratch, ...MEMORY_VOLUMES },
    retries: 6,
    deadlineSeconds: 1800,
    graceSeconds: 10,
  });
  job.connectsTo(server);
  // A pod waits until its version is there.
  return {
    env: settings,
    connections: [server],
    files: nativeFiles(__dirname, '/etc/bss', 'database.sh'),
    initContainers: { await: psql('await') },
  };
}

const answers = { ...exec('pg_isready', '-q', '-h', '127.0.0.1', '-U', USER), timeoutSeconds: 5 };
