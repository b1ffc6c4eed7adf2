import { Platform, roleLabels } from '../lib/platform';
import { Workload } from '../lib/workload';
import { Backend } from './applications/backend/backend';
import { PgBouncer } from './data/pgbouncer/pgbouncer';
import { PgHero } from './data/pghero/pghero';
import { PostgresBackup } from './data/postgres/backup';
import { Databases } from './data/postgres/databases';
import { Postgres } from './data/postgres/postgres';
import { BACKEND_DATABASE } from './data/postgres/rules';
import { Redis } from './data/redis/redis';
import { RedisClusterBackup } from './data/redis-cluster/backup';
import { RedisCluster } from './data/redis-cluster/redis-cluster';
import type { Environment } from './environment';
import { DevelopmentSecrets } from './foundation/development-secrets';
import { Namespace } from './foundation/namespace';
import { Kong } from './gateway/kong/kong';
import { api, operatorsPage } from './gateway/kong/policies';
import { Akhq } from './messaging/akhq/akhq';
import { Kafka } from './messaging/kafka/kafka';
import { Topics } from './messaging/topics/topics';
import { ZooKeeper } from './messaging/zookeeper/zookeeper';
import { Alertmanager } from './observability/alertmanager/alertmanager';
import { Certificates } from './observability/certificates/certificates';
import { boards } from './observability/grafana/boards/all';
import { Grafana } from './observability/grafana/grafana';
import { Kminion } from './observability/kminion/kminion';
import { KubernetesState } from './observability/kubernetes-state/kubernetes-state';
import { Prometheus } from './observability/prometheus/prometheus';
import { ruleGroups } from './observability/rules/groups';

/** Name of the platform: every object's label `app.kubernetes.io/part-of`, and in the platform's own labels. */
export const PLATFORM = 'bss';

/** Labels for a pod outside of the model, to let it connect to what admits `role`. */
export const clientLabels = (role: string) => roleLabels(PLATFORM, role);

/**
 * The bill of materials: every component of one environment by its name, each with what it is given. `synth` checks the
 * values of the environment first; with wrong ones the result is wrong.
 */
export function platform(environment: Environment) {
  const { images, namespace, spread, storageClass, podNetwork, apiServer, imagePullSecrets } = environment;

  // Of the entry, and so of what is behind it.
  const https = environment.kong.entry.kind === 'loadBalancer';

  const app = new Platform({
    name: PLATFORM,
    namespace,
    spread,
    storageClass,
    podNetwork,
    apiServer,
    imagePullSecrets,
  });
  new Namespace(app);
  const zookeeper = new ZooKeeper(app, { ...environment.zookeeper, image: images.zookeeper });
  const kafka = new Kafka(app, { ...environment.kafka, image: images.kafka, zookeeper: zookeeper.clients });
  const topics = new Topics(app, {
    ...environment.topicsJob,
    image: images.kafka,
    topics: environment.topics,
    copies: environment.kafka,
    kafka: kafka.clients,
  });
  const akhq = new Akhq(app, {
    ...environment.akhq,
    image: images.akhq,
    replication: environment.kafka.replication,
    kafka: kafka.clients,
    https,
  });

  const redisCluster = new RedisCluster(app, {
    ...environment.redisCluster,
    image: images.redis,
    exporterImage: images.redisExporter,
  });
  const redisBackup = new RedisClusterBackup(app, { ...environment.redisBackup, cluster: redisCluster });
  const redis = new Redis(app, {
    ...environment.redis,
    image: images.redis,
    exporterImage: images.redisExporter,
  });

  const postgres = new Postgres(app, {
    ...environment.postgres,
    image: images.postgres,
    exporterImage: images.postgresExporter,
    databases: environment.databases,
  });
  const databases = new Databases(app, { ...environment.databasesJob, postgres });
  const postgresBackup = new PostgresBackup(app, { ...environment.postgresBackup, postgres });
  const pgbouncer = new PgBouncer(app, {
    ...environment.pgbouncer,
    image: images.pgbouncer,
    exporterImage: images.pgbouncerExporter,
    postgres,
  });
  const pghero = new PgHero(app, { ...environment.pghero, image: images.pghero, postgres });

  const backend = new Backend(app, {
    ...environment.backend,
    image: images.backend,
    kafka: kafka.clients,
    database: pgbouncer.application(BACKEND_DATABASE),
    migrations: postgres.migrations(BACKEND_DATABASE),
    cache: redisCluster.clients,
  });

  const kubernetesState = new KubernetesState(app, { ...environment.kubernetesState, image: images.otelCollector });
  if (environment.kminion) new Kminion(app, { ...environment.kminion, image: images.kminion, kafka: kafka.clients });
  const groups = () => ruleGroups(Workload.all(app), environment);
  const alertmanager = new Alertmanager(app, { ...environment.alertmanager, image: images.alertmanager, groups });
  const prometheus = new Prometheus(app, {
    ...environment.prometheus,
    image: images.prometheus,
    ...(https && { outside: `https://${environment.kong.hosts[0]}` }),
    alertmanagers: alertmanager.servers,
    groups,
  });
  const grafana = new Grafana(app, {
    ...environment.grafana,
    image: images.grafana,
    prometheus,
    boards: boards(environment),
    https,
  });
  const kong = new Kong(app, {
    ...environment.kong,
    image: images.kong,
    postgresImage: images.postgres,
    // What is public: `api` to applications with a key, `operatorsPage` to people with a browser.
    sites: [api(backend), api(backend.tmForum), ...[akhq, pghero, prometheus, grafana].map(operatorsPage)],
    counters: redis.counters,
  });

  if (environment.certificates) {
    new Certificates(app, {
      ...environment.certificates,
      image: images.blackboxExporter,
      servers: [
        ...(https ? [kong.proxyTls] : []),
        ...(redisCluster.clients.authority ? redisCluster.clients.seeds : []),
      ],
    });
  }

  if (environment.developmentSecrets) new DevelopmentSecrets(app, environment.developmentSecrets);
  // At the end, when everything is there that has metrics.
  prometheus.asks(Workload.all(app));
  return {
    app,
    ...{ zookeeper, kafka, topics, akhq },
    ...{ redisCluster, redisBackup, redis, postgres, databases, postgresBackup, pgbouncer, pghero },
    ...{ backend, kong, kubernetesState, alertmanager, prometheus, grafana },
  };
}

/** Every component of an environment by its name. */
export type Components = ReturnType<typeof platform>;
