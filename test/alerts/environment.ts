import { Size } from 'cdk8s';
import { ruleGroups } from '../../charts/observability/rules/groups';
import { alertsOf, type Group } from '../../charts/observability/rules/rule';
import { laptop } from '../environments';

const { gibibytes, mebibytes } = Size;

/** Everything that has rules, with figures that no change of config/ changes. */
export const watched = {
  ...laptop,
  kafka: { ...laptop.kafka, brokers: 3, replication: 3, disk: gibibytes(10), traffic: 1 },
  zookeeper: { ...laptop.zookeeper, servers: 3, data: gibibytes(1), log: gibibytes(1) },
  redisCluster: { ...laptop.redisCluster, topology: { kind: 'highlyAvailable', shards: 3, replicas: 1 } as const },
  postgres: { ...laptop.postgres, maxConnections: 100, disk: gibibytes(10) },
  pgbouncer: { ...laptop.pgbouncer, maxClients: 500, poolSize: 8 },
  backend: { ...laptop.backend, resources: { ...laptop.backend.resources, memoryLimit: mebibytes(512) } },
  certificates: { resources: laptop.prometheus.resources },
  kminion: { resources: laptop.prometheus.resources },
  objectives: {
    availability: { percent: 99.9 },
    latency: { percent: 99, milliseconds: 250 },
    effect: { percent: 99, seconds: 5 },
  },
};

const metrics = { port: 'metrics', path: '/metrics' };
export const pods = {
  kafka: 3,
  zookeeper: 3,
  kong: 2,
  redis: 1,
  'redis-cluster': 6,
  postgres: 1,
  pgbouncer: 2,
  backend: 2,
  akhq: 1,
  alertmanager: 2,
  'kubernetes-state': 1,
};

/** One that is mended often, and one that is copied each night. */
const scheduled = [
  { name: 'topics-drift', replicas: 1, schedule: '*/10 * * * *', deadlineSeconds: 1200 },
  { name: 'postgres-backup', replicas: 1, schedule: '0 1 * * *', deadlineSeconds: 6 * 3600 },
];

export const groups: readonly Group[] = ruleGroups(
  [...Object.entries(pods).map(([name, replicas]) => ({ name, replicas, metrics })), ...scheduled],
  watched,
);

export const alerts = alertsOf(groups);
