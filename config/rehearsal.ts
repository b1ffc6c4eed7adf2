import { join } from 'node:path';
import { Size } from 'cdk8s';
import type { Environment } from '../charts/environment';
import { CONSUMERS } from '../charts/gateway/kong/configuration';
import { hasSecret } from '../charts/observability/alertmanager/configuration';
import { nativeFile } from '../lib/native-file';
import { kind } from './kind';
import { production } from './production';

const { gibibytes, mebibytes } = Size;

const tls = (name: string) => nativeFile(join(__dirname, 'rehearsal-tls'), name);
const password = (user: string) => `rehearsal-only-${user}`;
const redisPasswords = Object.fromEntries(
  Object.entries({
    'redis-cluster-users': ['application', 'keeper', 'exporter', 'replication', 'operator'],
    'redis-users': ['application', 'exporter'],
  }).map(([secret, users]) => [secret, Object.fromEntries(users.map((user) => [user, password(user)]))]),
);

const gatewaySecrets = {
  'kong-keys': Object.fromEntries(
    CONSUMERS.map((consumer) => [consumer, `rehearsal-only-${consumer}`.padEnd(32, '-')]),
  ),
  // Self-made, for `localhost` and a hundred years. Its key is public, so it protects nothing.
  'kong-tls': { 'tls.crt': tls('tls.crt'), 'tls.key': tls('tls.key') },
  'kong-db': { password: password('kong') },
};

const receiverSecrets = {
  alertmanager: Object.fromEntries(
    Object.entries(production.alertmanager.receivers).flatMap(([name, receiver]) =>
      hasSecret(receiver) ? [[name, password(name)]] : [],
    ),
  ),
};

/** Production's shape at laptop size, so that three nodes with two cores prove what production does. For tests only. */
export const rehearsal: Environment = {
  ...production,
  name: 'rehearsal',
  namespace: 'bss-rehearsal',
  images: kind.images,
  zookeeper: { ...kind.zookeeper, servers: production.zookeeper.servers, data: mebibytes(128), log: mebibytes(512) },
  kafka: {
    ...kind.kafka,
    brokers: production.kafka.brokers,
    disk: gibibytes(1),
    traffic: 0.0004,
    shutdown: { leaveSeconds: 120, graceSeconds: 180 },
    host: undefined,
  },
  // By hand: one that starts while a test has taken a node away would fail, rightly.
  topicsJob: { ...production.topicsJob, resources: kind.topicsJob.resources, schedule: undefined },
  akhq: { resources: { cpu: 100, memory: mebibytes(320), memoryLimit: mebibytes(768) } },
  redisCluster: { ...kind.redisCluster, topology: production.redisCluster.topology, access: 'users', host: undefined },
  redisBackup: { ...kind.redisBackup, disk: gibibytes(3) },
  redis: { ...kind.redis, access: 'users' },
  postgres: { ...kind.postgres, disk: gibibytes(1) },
  // By hand: what a test has changed on purpose must stay changed.
  databasesJob: kind.databasesJob,
  postgresBackup: { ...kind.postgresBackup, disk: mebibytes(768) },
  pgbouncer: { ...kind.pgbouncer, replicas: 2, poolSize: 5 },
  pghero: kind.pghero,
  backend: { ...kind.backend, replicas: 3 },
  kong: {
    ...production.kong,
    resources: kind.kong.resources,
    replicas: 2,
    autoscaling: undefined,
    storage: {
      kind: 'postgres',
      resources: { cpu: 50, memory: mebibytes(128), memoryLimit: mebibytes(256) },
      disk: gibibytes(1),
      keysRevision: 1,
    },
    drainSeconds: kind.kong.drainSeconds,
  },
  apiServer: kind.apiServer,
  certificates: { resources: { cpu: 10, memory: mebibytes(32), memoryLimit: mebibytes(64) } },
  kminion: { resources: { cpu: 10, memory: mebibytes(32), memoryLimit: mebibytes(128) } },
  kubernetesState: kind.kubernetesState,
  prometheus: { ...kind.prometheus, replicas: production.prometheus.replicas, host: undefined },
  grafana: { resources: kind.grafana.resources },
  // Nobody is behind its receivers.
  alertmanager: {
    ...production.alertmanager,
    resources: kind.alertmanager.resources,
    disk: kind.alertmanager.disk,
  },
  objectives: kind.objectives,
  developmentSecrets: { ...kind.developmentSecrets, ...redisPasswords, ...gatewaySecrets, ...receiverSecrets },
};
