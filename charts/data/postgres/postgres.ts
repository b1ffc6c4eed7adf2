import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile, nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import type { PodProps, SidecarProps } from '../../../lib/pod';
import { exec } from '../../../lib/probe';
import { RequiredSecret, type SecretKey } from '../../../lib/secret';
import { settings } from '../../../lib/settings';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import { oneLine } from '../../../lib/values/secrets';
import { exporter } from '../exporter';
import { type Database, type DatabaseLogin, EXPORTER_ROLE, ownerOf, rolesOf } from './database';
import { memorySettings, sharedMemory } from './memory';
import type { PostgresSize } from './size';

export interface PostgresProps extends PostgresSize {
  readonly image: string;
  readonly exporterImage: string;
  readonly databases: readonly Database[];
}

const USER = 70;
const PORT = 5432;
const VOLUME = '/var/lib/postgresql/data';
const PASSWORDS = '/etc/postgresql-passwords';

/** Connections that PgBouncer must leave: what postgresql.conf and the roles grant to the others. */
const RESERVED = { superuser: 5, exporter: 3, ofEachDatabase: { owner: 5, pghero: 5 } };
/**
 * Room for the log of a server that is written to at full speed for minutes: a share of the disk, and no more than
 * this.
 */
const WAL = { share: 0.1, most: Size.gibibytes(16) };

/** PostgreSQL, one primary. Applications go through PgBouncer; `clients` is for what needs a session of its own. */
export class Postgres extends Component {
  /**
   * The server itself, for migrations, PgHero, dumps and whatever else needs LISTEN, session locks or prepared
   * statements by name.
   */
  readonly clients: Endpoint;
  readonly databases: readonly Database[];
  readonly maxConnections: number;
  /** Connections that are not PgBouncer's. */
  readonly reservedConnections: number;
  /** What a pod needs that does something as the superuser. */
  readonly operation: Pick<PodProps, 'image' | 'user' | 'secretFiles'> & {
    readonly env: Record<string, string>;
  };
  private readonly users: RequiredSecret;

  constructor(scope: Platform, props: PostgresProps) {
    super(scope, 'postgres', 'data');
    const { image, databases, maxConnections, resources, disk } = props;
    this.databases = databases;
    this.maxConnections = maxConnections;
    const { owner, pghero } = RESERVED.ofEachDatabase;
    this.reservedConnections = RESERVED.superuser + RESERVED.exporter + databases.length * (owner + pghero);
    this.users = new RequiredSecret(this, 'postgres-users', rolesOf(databases), () => oneLine());
    const env = {
      // Below the mount: the root of a volume has lost+found, or an owner and a mode that the server refuses.
      PGDATA: `${VOLUME}/pgdata`,
      POSTGRES_PASSWORD_FILE: `${PASSWORDS}/postgres`,
      // The builtin collation sorts the same on every system: indexes survive another C library.
      POSTGRES_INITDB_ARGS: '--data-checksums --locale-provider=builtin --locale=C.UTF-8 --encoding=UTF8',
    };
    const ready = {
      ...exec('pg_isready', '-q', '-h', '127.0.0.1', '-U', 'postgres', '-d', 'postgres'),
      timeoutSeconds: 5,
    };

    const postgres = new StatefulWorkload(this, 'default', {
      image,
      user: USER,
      // It becomes the image's entrypoint, which mends the mode of the data that mounting may change and becomes the server.
      command: ['sh', '/etc/postgresql/start.sh', '-c', 'config_file=/etc/postgresql/postgresql.conf'],
      env: { ...env, VOLUME },
      ports: { sql: PORT },
      files: {
        '/etc/postgresql/postgresql.conf': nativeFile(__dirname, 'postgresql.conf') + derivedSettings(props),
        ...nativeFiles(__dirname, '/etc/postgresql', 'pg_hba.conf', 'init.sh', 'start.sh'),
      },
      secretFiles: { [`${PASSWORDS}/postgres`]: this.users.key('postgres') },
      scratch: { '/tmp': Size.mebibytes(16), '/var/run/postgresql': Size.mebibytes(1) },
      memoryScratch: { '/dev/shm': sharedMemory(resources.memoryLimit) },
      claims: { data: { mountPath: VOLUME, size: disk } },
      // Before the server and its probes: the image would answer from a server of its own while it initializes.
      initContainers: { init: { image, command: ['bash', '/etc/postgresql/init.sh'], env, resources } },
      sidecars: { exporter: serverExporter(props.exporterImage) },
      metrics: { port: 'metrics', path: '/metrics' },
      resources,
      probes: {
        // After a crash the log is replayed: half an hour.
        startup: { ...ready, periodSeconds: 2, failureThreshold: 900 },
        readiness: { ...ready, periodSeconds: 5 },
        liveness: { ...ready, periodSeconds: 10, failureThreshold: 6 },
      },
      // What is written now need not be written while nobody is served.
      preStop: ['psql', '-c', 'CHECKPOINT'],
      graceSeconds: 120,
      replicas: 1,
    });
    this.clients = postgres.endpoint('sql');
    this.operation = {
      image,
      user: USER,
      env: {
        ...{ PGHOST: this.clients.host, PGPORT: `${PORT}`, PGUSER: 'postgres', PASSWORDS },
        ...{ OWNER_CONNECTIONS: `${owner}`, PGHERO_CONNECTIONS: `${databases.length * pghero}` },
        EXPORTER_CONNECTIONS: `${RESERVED.exporter}`,
      },
      secretFiles: this.users.files(PASSWORDS),
    };
  }

  /** The password of a role. @throws when there is no such role */
  password(role: string): SecretKey {
    return this.users.key(role);
  }

  /** The login of the migrations of a database: they own its tables. @throws when there is no such database */
  migrations(name: string): DatabaseLogin {
    const role = ownerOf(this.database(name));
    return { server: this.clients, database: name, role, password: this.password(role) };
  }

  /** @throws when there is no such database */
  database(name: string): Database {
    const found = this.databases.find((database) => database.name === name);
    if (found) return found;
    throw new Error(`there is no database "${name}"; there are ${this.databases.map((each) => each.name).join(', ')}`);
  }
}

/**
 * Stands beside the server, which lets it in from its own pod without a password. It asks one database about all of them.
 * Until the databases Job has made its role it tells `pg_up 0`.
 */
function serverExporter(image: string): SidecarProps {
  return exporter({
    image,
    env: { DATA_SOURCE_NAME: `host=127.0.0.1 user=${EXPORTER_ROLE} dbname=postgres sslmode=disable` },
    port: 9187,
  });
}

function derivedSettings({ resources, maxConnections, disk }: PostgresSize): string {
  const wal = Math.min(Math.floor(disk.toMebibytes() * WAL.share), WAL.most.toMebibytes());
  const lines = {
    port: PORT,
    max_connections: maxConnections,
    superuser_reserved_connections: RESERVED.superuser,
    max_wal_size: `${wal}MB`,
    ...memorySettings(resources.memoryLimit, maxConnections),
  };
  return settings(lines, ' = ');
}
