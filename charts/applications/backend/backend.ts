import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { EnvValue, Resources } from '../../../lib/container';
import { addresses, type Endpoint } from '../../../lib/endpoint';
import { OneShotJob } from '../../../lib/job';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import type { SecretKey } from '../../../lib/secret';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import type { PooledLogin } from '../../data/pgbouncer/pgbouncer';
import type { DatabaseLogin } from '../../data/postgres/database';
import type { RedisClusterClients } from '../../data/redis-cluster/redis-cluster';
import type { KafkaClients } from '../../messaging/kafka/kafka';
import type { BackendSize } from './size';

export interface BackendProps extends BackendSize {
  readonly image: string;
  readonly kafka: KafkaClients;
  /** Through PgBouncer. */
  readonly database: PooledLogin;
  /** Login of the migrations, on a connection of their own: they take locks. */
  readonly migrations: DatabaseLogin;
  /** Answers that were read before; the backend serves without it. */
  readonly cache: RedisClusterClients;
}

/** Role of pods that may call the backend; see `clientLabels`. */
export const CLIENT_ROLE = 'backend-client';

const SECRETS = '/etc/bss-backend';
/**
 * Seconds of a stop: until every node has learnt that the pod is going, then for the longest request, then for what is
 * still to be delivered.
 */
const STOP = { drainSeconds: 5, deadlineSeconds: 5, deliverySeconds: 20 };

/** Customers, orders, invoices and payments over HTTP; every change is an event in Kafka, and events have effects. */
export class Backend extends Component {
  readonly web: Endpoint;
  readonly path = '/api';

  constructor(scope: Platform, props: BackendProps) {
    super(scope, 'backend', 'applications');
    const { image, kafka, database, migrations, cache } = props;

    const migration = new OneShotJob(this, 'migrations', {
      image,
      user: 1000,
      command: ['node', 'dist/migrate.js'],
      env: databaseEnv(migrations, 1),
      secretFiles: { [passwordFile(migrations)]: migrations.password },
      resources: { ...props.resources, cpu: 10, memory: Size.mebibytes(64) },
      graceSeconds: 30,
      retries: 6,
      deadlineSeconds: 3600,
    });
    migration.connectsTo(migrations.server);

    const health = (group: string) => http('web', `/actuator/health/${group}`);
    const backend = new StatelessWorkload(this, 'default', {
      image,
      user: 1000,
      command: ['node', `--max-old-space-size=${heap(props.resources)}`, 'dist/main.js'],
      env: {
        ...databaseEnv(database, props.connections),
        ...cacheEnv(cache),
        KAFKA_BOOTSTRAP: addresses(kafka.bootstrap),
        REQUEST_DEADLINE_MS: `${STOP.deadlineSeconds * 1000}`,
        DRAIN_MS: `${STOP.drainSeconds * 1000}`,
      },
      ports: { web: 8080 },
      secretFiles: { [passwordFile(database)]: database.password, ...cacheFiles(cache) },
      scratch: { '/tmp': Size.mebibytes(16) },
      resources: props.resources,
      probes: {
        startup: { ...health('liveness'), periodSeconds: 1, failureThreshold: 60 },
        readiness: { ...health('readiness'), periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 2 },
        // Of the process alone: a restart here brings nothing back that is away elsewhere.
        liveness: { ...health('liveness'), periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 },
      },
      graceSeconds: STOP.drainSeconds + STOP.deadlineSeconds + STOP.deliverySeconds,
      replicas: props.replicas,
      autoscaling: props.autoscaling,
    });
    backend.connectsTo(...kafka.bootstrap, database.server, ...cache.seeds);
    backend.admitsRole(CLIENT_ROLE, 'web');
    this.web = backend.endpoint('web');
  }

  /** The same customers as TM Forum's API has them. https://www.tmforum.org/oda/open-apis/directory */
  get tmForum() {
    return { web: this.web, path: '/tmf-api' } as const;
  }
}

/** Buffers, code and threads are beside the heap: without a bound it grows until the pod is killed. */
const heap = ({ memoryLimit }: Resources) => Math.floor(memoryLimit.toMebibytes() * 0.6);

const passwordFile = ({ role }: DatabaseLogin) => `${SECRETS}/database/${role}`;

function databaseEnv(login: DatabaseLogin | PooledLogin, pool: number): Record<string, EnvValue> {
  const { server, database, role } = login;
  return {
    DATABASE_HOST: server.host,
    DATABASE_PORT: `${server.portNumber}`,
    DATABASE_NAME: database,
    DATABASE_USER: role,
    DATABASE_PASSWORD_FILE: passwordFile(login),
    DATABASE_POOL: `${pool}`,
    // A connection that is older is replaced: PgBouncer waits so long for its clients when it is rolled.
    ...('connectionLifetimeSeconds' in login && { DATABASE_LIFETIME_SECONDS: `${login.connectionLifetimeSeconds}` }),
  };
}

const USER_FILE = `${SECRETS}/cache/password`;
const AUTHORITY_FILE = `${SECRETS}/cache-authority/ca.crt`;

const cacheEnv = ({ seeds, user, authority }: RedisClusterClients): Record<string, EnvValue> => ({
  REDIS_NODES: addresses(seeds),
  ...(user && { REDIS_USER: user.name, REDIS_PASSWORD_FILE: USER_FILE }),
  ...(authority && { REDIS_AUTHORITY_FILE: AUTHORITY_FILE }),
});

const cacheFiles = ({ user, authority }: RedisClusterClients): Record<string, SecretKey> => ({
  ...(user && { [USER_FILE]: user.password }),
  ...(authority && { [AUTHORITY_FILE]: authority }),
});
