import { Duration, Size } from 'cdk8s';
import type { Environment } from '../charts/environment';
import { databases } from './databases';
import { images } from './images';
import { topics } from './topics';

const { gibibytes, mebibytes } = Size;

/** Three of everything that must not stop, on nodes and zones of their own. Secrets by name; from outside, the gateway's load balancer alone. */
export const production: Environment = {
  name: 'production',
  namespace: 'bss',
  // Change: where you push the backend, as it is in no public registry. Behind a login: imagePullSecrets, too.
  images: { ...images, backend: `registry.example.com/${images.backend}` },
  topics,
  databases,
  spread: 'required',
  // Change: what `kubectl -n default get endpointslices` names. Some network plugins, as Amazon's, also ask for the address of the
  // Service `kubernetes` there.
  apiServer: { networks: ['10.0.0.0/24'], ports: [443] },
  zookeeper: {
    servers: 3,
    heap: gibibytes(1),
    resources: { cpu: 500, memory: gibibytes(2), memoryLimit: gibibytes(2) },
    data: gibibytes(20),
    log: gibibytes(20),
  },
  kafka: {
    brokers: 3,
    replication: 3,
    minInsyncReplicas: 2,
    heap: gibibytes(5),
    resources: { cpu: 4000, memory: gibibytes(16), memoryLimit: gibibytes(16) },
    disk: gibibytes(1536),
    traffic: 1,
    threads: { network: 4, io: 8, replicaFetchers: 4 },
    shutdown: { leaveSeconds: 600, graceSeconds: 900 },
  },
  topicsJob: { resources: { cpu: 100, memory: mebibytes(256), memoryLimit: mebibytes(384) }, schedule: '*/15 * * * *' },
  akhq: { resources: { cpu: 500, memory: gibibytes(1), memoryLimit: gibibytes(1) } },
  redisCluster: {
    topology: { kind: 'highlyAvailable', shards: 3, replicas: 1 },
    access: 'users',
    transport: 'tls',
    // The request is the limit: a node that runs out of memory must not take it from the keys.
    resources: { cpu: 2000, memory: gibibytes(8), memoryLimit: gibibytes(8) },
    disk: gibibytes(20),
  },
  redisBackup: { schedule: '0 2 * * *', keep: 7, disk: gibibytes(128) },
  redis: { access: 'users', resources: { cpu: 500, memory: mebibytes(512), memoryLimit: mebibytes(512) } },
  postgres: {
    // The request is the limit: a node that runs out of memory must not take it from the database.
    resources: { cpu: 4000, memory: gibibytes(16), memoryLimit: gibibytes(16) },
    maxConnections: 200,
    disk: gibibytes(200),
  },
  databasesJob: {
    resources: { cpu: 50, memory: mebibytes(64), memoryLimit: mebibytes(128) },
    schedule: '*/15 * * * *',
  },
  postgresBackup: { schedule: '0 1 * * *', keep: 7, disk: gibibytes(400) },
  pgbouncer: {
    replicas: 3,
    poolSize: 20,
    maxClients: 5000,
    resources: { cpu: 500, memory: mebibytes(256), memoryLimit: mebibytes(256) },
  },
  pghero: { resources: { cpu: 200, memory: mebibytes(512), memoryLimit: mebibytes(512) } },
  backend: {
    replicas: 3,
    autoscaling: { mostReplicas: 12, cpuPercent: 70 },
    resources: { cpu: 1000, memory: mebibytes(768), memoryLimit: mebibytes(768) },
    connections: 30,
  },
  kong: {
    resources: { cpu: 4000, memory: gibibytes(2), memoryLimit: gibibytes(2) },
    replicas: 3,
    autoscaling: { mostReplicas: 6, cpuPercent: 60 },
    // Change: who operates the platform, and the addresses of your nodes and pods.
    entry: {
      kind: 'loadBalancer',
      clients: ['0.0.0.0/0'],
      operators: ['203.0.113.0/24'],
      clusterNetworks: ['10.0.0.0/8'],
    },
    // As in the original. Simpler, and with nothing that can be away: { kind: 'dbless' }.
    storage: {
      kind: 'postgres',
      resources: { cpu: 500, memory: gibibytes(1), memoryLimit: gibibytes(1) },
      disk: gibibytes(10),
      keysRevision: 1,
    },
    // Change: the names in your certificate. A request for another name is answered with 404.
    hosts: ['www.example.com'],
    leastKeyLength: 32,
    // 1000, and 10 % more for a burst.
    requestsPerMinute: 1100,
    // Change: where your web pages are.
    origins: ['https://www.example.com'],
    drainSeconds: 15,
  },
  prometheus: {
    replicas: 2,
    resources: { cpu: 500, memory: gibibytes(2), memoryLimit: gibibytes(2) },
    // As long as the objectives look back.
    retention: Duration.days(30),
    disk: gibibytes(50),
  },
  certificates: { resources: { cpu: 20, memory: mebibytes(64), memoryLimit: mebibytes(64) } },
  kminion: { resources: { cpu: 50, memory: mebibytes(128), memoryLimit: mebibytes(128) } },
  kubernetesState: { resources: { cpu: 50, memory: mebibytes(256), memoryLimit: mebibytes(256) } },
  alertmanager: {
    replicas: 2,
    resources: { cpu: 50, memory: mebibytes(128), memoryLimit: mebibytes(128) },
    disk: gibibytes(1),
    // Change: what wakes people up, what wakes them when nothing has come for a while, who reads mail, and the networks that these addresses lie in.
    receivers: {
      oncall: {
        kind: 'webhook',
        url: 'https://alerts.example.com/bss',
        login: 'bearer',
        networks: ['203.0.113.0/24'],
      },
      deadman: {
        kind: 'webhook',
        url: 'https://deadman.example.com/bss',
        login: 'none',
        networks: ['198.51.100.0/24'],
      },
      team: {
        kind: 'email',
        to: 'bss@example.com',
        from: 'alertmanager@example.com',
        server: 'smtp.example.com:587',
        user: 'alertmanager',
        networks: ['203.0.113.0/24'],
      },
    },
    routes: [
      { receiver: 'oncall', severities: ['critical'], repeat: Duration.hours(1) },
      // `none` is the alert that is always there: whoever gets it expects it every five minutes, and calls when it does not come.
      { receiver: 'deadman', severities: ['none'], repeat: Duration.minutes(5) },
      { receiver: 'team', severities: ['critical', 'warning'], repeat: Duration.hours(24) },
    ],
  },
  grafana: { resources: { cpu: 200, memory: mebibytes(512), memoryLimit: mebibytes(512) } },
  objectives: {
    availability: { percent: 99.9 },
    latency: { percent: 99, milliseconds: 250 },
    effect: { percent: 99, seconds: 5 },
  },
};
