import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile, nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import type { SidecarProps } from '../../../lib/pod';
import { tcp } from '../../../lib/probe';
import { settings } from '../../../lib/settings';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { exporter } from '../exporter';
import type { DatabaseLogin } from '../postgres/database';
import type { Postgres } from '../postgres/postgres';
import { budgetErrors } from './rules';
import type { PgBouncerSize } from './size';

export interface PgBouncerProps extends PgBouncerSize {
  readonly image: string;
  readonly exporterImage: string;
  readonly postgres: Postgres;
}

/** What a client of a pooled database needs besides its login. */
export interface PooledLogin extends DatabaseLogin {
  /** Age in seconds at which a client must replace a connection: a replica that stops waits so long for it. */
  readonly connectionLifetimeSeconds: number;
}

/** Role of pods that may connect; see `clientLabels`. They need a login besides. */
export const CLIENT_ROLE = 'pgbouncer-client';

const PORT = 6432;
const PASSWORDS = '/etc/pgbouncer-passwords';
const RUNTIME = '/run/pgbouncer';
/** Connections for looking up logins, of each replica. */
const LOOKUPS = 2;
const LIFETIME_SECONDS = 60;
/** Sockets that listen, DNS, the log; and clients that are refused, while they are told why. */
const OWN_FILES = 100;
/** Seconds until every node has learnt that the pod is going. */
const FAREWELL_SECONDS = 15;

/** Few connections to PostgreSQL for many clients: a client has one for a transaction at a time, and no session. */
export class PgBouncer extends Component {
  readonly clients: Endpoint;
  private readonly postgres: Postgres;

  constructor(scope: Platform, props: PgBouncerProps) {
    super(scope, 'pgbouncer', 'data');
    const { image, postgres, replicas, resources } = props;
    this.postgres = postgres;
    const pgbouncer = new StatelessWorkload(this, 'default', {
      image,
      user: 70,
      replicas,
      command: ['sh', '/etc/pgbouncer/start.sh', '/etc/pgbouncer/pgbouncer.ini'],
      env: { FILES: `${files(props)}`, PASSWORDS, RUNTIME },
      ports: { sql: PORT },
      files: {
        '/etc/pgbouncer/pgbouncer.ini': nativeFile(__dirname, 'pgbouncer.ini') + derivedSettings(props),
        ...nativeFiles(__dirname, '/etc/pgbouncer', 'userlist.sh', 'start.sh'),
      },
      secretFiles: { [`${PASSWORDS}/pgbouncer`]: postgres.password('pgbouncer') },
      memoryScratch: { [RUNTIME]: Size.mebibytes(1) },
      initContainers: {
        // The network learns what a pod may reach after the pod has started, and PgBouncer would refuse its first clients.
        server: {
          image: postgres.operation.image,
          command: [
            'sh',
            '-c',
            `until pg_isready -t 2 -h ${postgres.clients.host} -p ${postgres.clients.portNumber}; do sleep 1; done`,
          ],
          resources: { cpu: 10, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(32) },
        },
      },
      sidecars: { exporter: consoleExporter(props) },
      metrics: { port: 'metrics', path: '/metrics' },
      resources,
      probes: {
        readiness: { ...tcp('sql'), periodSeconds: 2 },
        liveness: { ...tcp('sql'), periodSeconds: 10, failureThreshold: 6 },
      },
      // SIGTERM lets clients stay until they leave by themselves, and refuses new ones: so it comes when no new ones come.
      // No signal besides: a second one of any kind ends the program at once. https://www.pgbouncer.org/usage.html#signals
      preStop: ['sleep', `${FAREWELL_SECONDS}`],
      graceSeconds: FAREWELL_SECONDS + LIFETIME_SECONDS + 15,
    });
    this.node.addValidation({ validate: () => budgetErrors(props, postgres, pgbouncer.surge, LOOKUPS) });
    pgbouncer.connectsTo(postgres.clients);
    pgbouncer.admitsRole(CLIENT_ROLE, 'sql');
    this.clients = pgbouncer.endpoint('sql');
  }

  /** The login of the applications of a database: they read and write rows. @throws when there is no such database */
  application(name: string): PooledLogin {
    const { name: role } = this.postgres.database(name);
    return {
      server: this.clients,
      database: name,
      role,
      password: this.postgres.password(role),
      connectionLifetimeSeconds: LIFETIME_SECONDS,
    };
  }
}

/** Stands beside the program and asks its console, as the user who reads counters and changes nothing. */
function consoleExporter({ exporterImage, postgres }: PgBouncerProps): SidecarProps {
  return exporter({
    image: exporterImage,
    env: {
      PGBOUNCER_EXPORTER_CONNECTION_STRING: `postgres://pgbouncer@127.0.0.1:${PORT}/pgbouncer?sslmode=disable`,
      // Not in the address, in which some characters would mean something.
      PGPASSWORD: postgres.password('pgbouncer'),
    },
    port: 9127,
  });
}

/** Files that PgBouncer opens: for its clients, for servers, and its own. */
const files = ({ postgres: { databases }, poolSize, maxClients }: PgBouncerProps) =>
  maxClients + databases.length * poolSize + LOOKUPS + OWN_FILES;

function derivedSettings({ postgres: { clients, databases }, poolSize, maxClients }: PgBouncerProps): string {
  const pool = (database: string, connections: number) =>
    // The second limit holds for all roles together, so that the sum of the pools is what synth has counted.
    `host=${clients.host} port=${clients.portNumber} dbname=${database} ` +
    `pool_size=${connections} max_db_connections=${connections}`;
  const pools = {
    logins: pool('postgres', LOOKUPS),
    ...Object.fromEntries(databases.map(({ name }) => [name, pool(name, poolSize)])),
  };
  const general = { listen_port: PORT, max_client_conn: maxClients, auth_file: `${RUNTIME}/userlist.txt` };
  return `${settings(general, ' = ')}\n[databases]\n${settings(pools, ' = ')}`;
}
