import { Duration, Size } from 'cdk8s';
import type { Environment } from '../charts/environment';
import { databases } from './databases';
import { developmentSecrets } from './development-secrets';
import { images } from './images';
import { topics } from './topics';

const { gibibytes, mebibytes } = Size;

/** A laptop: kind or minikube. The original system at its smallest, reachable on its ports. */
export const kind: Environment = {
  name: 'kind',
  namespace: 'bss',
  images,
  topics,
  databases,
  spread: 'preferred',
  podNetwork: '10.244.0.0/16',
  // Nodes are containers, in one of Docker's networks. The ports are those of kind and of minikube.
  apiServer: { networks: ['172.16.0.0/12', '192.168.0.0/16'], ports: [6443, 8443] },
  zookeeper: {
    servers: 1,
    heap: mebibytes(192),
    resources: { cpu: 50, memory: mebibytes(256), memoryLimit: mebibytes(512) },
    data: gibibytes(1),
    log: gibibytes(1),
  },
  kafka: {
    brokers: 3,
    replication: 3,
    minInsyncReplicas: 2,
    heap: mebibytes(512),
    resources: { cpu: 150, memory: gibibytes(1), memoryLimit: mebibytes(1536) },
    disk: gibibytes(10),
    traffic: 0.004,
    threads: { network: 2, io: 4, replicaFetchers: 1 },
    shutdown: { leaveSeconds: 240, graceSeconds: 330 },
    host: { hostPort: 9092, nodePort: 30092 },
  },
  topicsJob: { resources: { cpu: 50, memory: mebibytes(128), memoryLimit: mebibytes(384) }, schedule: '*/10 * * * *' },
  akhq: {
    resources: { cpu: 100, memory: mebibytes(320), memoryLimit: mebibytes(768) },
    host: { hostPort: 8083, nodePort: 30083 },
  },
  redisCluster: {
    topology: { kind: 'single' },
    // As in the original system, whose `redis-cli` asks for no password.
    access: 'open',
    transport: 'plain',
    resources: { cpu: 60, memory: mebibytes(256), memoryLimit: mebibytes(384) },
    disk: gibibytes(1),
    // Not the original's 7000: on a Mac that is AirPlay's.
    host: { hostPort: 7379, nodePort: 30700 },
  },
  redisBackup: { keep: 2, disk: gibibytes(1) },
  redis: { access: 'open', resources: { cpu: 30, memory: mebibytes(64), memoryLimit: mebibytes(96) } },
  postgres: {
    resources: { cpu: 100, memory: mebibytes(256), memoryLimit: gibibytes(1) },
    maxConnections: 64,
    disk: gibibytes(2),
  },
  databasesJob: { resources: { cpu: 10, memory: mebibytes(32), memoryLimit: mebibytes(128) } },
  postgresBackup: { keep: 2, disk: mebibytes(1536) },
  pgbouncer: {
    replicas: 1,
    poolSize: 8,
    maxClients: 500,
    resources: { cpu: 20, memory: mebibytes(32), memoryLimit: mebibytes(128) },
  },
  pghero: { resources: { cpu: 60, memory: mebibytes(240), memoryLimit: mebibytes(512) } },
  backend: {
    replicas: 1,
    resources: { cpu: 100, memory: mebibytes(192), memoryLimit: mebibytes(512) },
    connections: 10,
  },
  kong: {
    resources: { cpu: 150, memory: mebibytes(256), memoryLimit: mebibytes(512) },
    replicas: 1,
    entry: {
      kind: 'host',
      ports: { proxy: { hostPort: 8000, nodePort: 30800 }, 'proxy-ssl': { hostPort: 8443, nodePort: 30843 } },
    },
    storage: { kind: 'dbless' },
    hosts: ['localhost', '127.0.0.1'],
    leastKeyLength: 16,
    // 1000, and 10 % more for a burst.
    requestsPerMinute: 1100,
    origins: ['http://localhost:3000'],
    drainSeconds: 5,
  },
  prometheus: {
    replicas: 1,
    resources: { cpu: 50, memory: mebibytes(192), memoryLimit: mebibytes(512) },
    retention: Duration.days(1),
    disk: gibibytes(1),
    host: { hostPort: 9090, nodePort: 30090 },
  },
  kubernetesState: { resources: { cpu: 10, memory: mebibytes(64), memoryLimit: mebibytes(192) } },
  alertmanager: {
    replicas: 1,
    resources: { cpu: 10, memory: mebibytes(32), memoryLimit: mebibytes(128) },
    disk: mebibytes(64),
    // Nobody is told: alerts are seen in Prometheus.
    receivers: {},
    routes: [],
  },
  grafana: {
    resources: { cpu: 15, memory: mebibytes(160), memoryLimit: mebibytes(384) },
    host: { hostPort: 3001, nodePort: 30300 },
  },
  objectives: {
    availability: { percent: 99 },
    latency: { percent: 95, milliseconds: 1000 },
    effect: { percent: 95, seconds: 30 },
  },
  developmentSecrets,
};
