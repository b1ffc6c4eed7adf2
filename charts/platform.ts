import type { App } from 'cdk8s';
import { pullImagesWith } from '../lib/image-pull-secrets';
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
import type { Environment, PortPair } from './environment';
import { DevelopmentSecrets } from './foundation/development-secrets';
import { Namespace } from './foundation/namespace';
import { Kong } from './gateway/kong/kong';
import { api, operatorsPage } from './gateway/kong/site';
import { Akhq } from './messaging/akhq/akhq';
import { Kafka } from './messaging/kafka/kafka';
import { Topics } from './messaging/topics/topics';
import { ZooKeeper } from './messaging/zookeeper/zookeeper';

/**
 * The bill of materials: every component of one environment, wired, by its name. The values must be right, as
 * {@link valueErrors} finds.
 */
export function platform(app: App, environment: Environment) {
  const { namespace, images, spread, storageClass, exposure } = environment;
  const stateful = { namespace, spread, storageClass };
  const host = (ports?: PortPair) => ports && exposure && { ...ports, podNetwork: exposure.podNetwork };

  new Namespace(app, { namespace });
  const zookeeper = new ZooKeeper(app, { ...stateful, ...environment.zookeeper, image: images.zookeeper });
  const kafka = new Kafka(app, {
    ...stateful,
    ...environment.kafka,
    image: images.kafka,
    zookeeper,
    host: host(exposure?.kafka),
  });
  const topics = new Topics(app, {
    ...environment.topicsJob,
    namespace,
    image: images.kafka,
    topics: environment.topics,
    kafka,
  });
  const akhq = new Akhq(app, {
    namespace,
    image: images.akhq,
    resources: environment.akhq,
    kafka,
    https: environment.kong.entry.kind === 'loadBalancer',
    host: host(exposure?.akhq),
  });

  const redisCluster = new RedisCluster(app, {
    ...stateful,
    ...environment.redisCluster,
    image: images.redis,
    host: host(exposure?.redisCluster),
  });
  const redisBackup = new RedisClusterBackup(app, {
    ...environment.redisBackup,
    namespace,
    storageClass,
    cluster: redisCluster,
  });
  const redis = new Redis(app, { namespace, ...environment.redis, image: images.redis });

  const postgres = new Postgres(app, {
    namespace,
    storageClass,
    ...environment.postgres,
    image: images.postgres,
    databases: environment.databases,
  });
  const databases = new Databases(app, { ...environment.databasesJob, namespace, postgres });
  const postgresBackup = new PostgresBackup(app, { ...environment.postgresBackup, namespace, storageClass, postgres });
  const pgbouncer = new PgBouncer(app, { namespace, ...environment.pgbouncer, image: images.pgbouncer, postgres });
  const pghero = new PgHero(app, { namespace, image: images.pghero, resources: environment.pghero, postgres });

  const backend = new Backend(app, {
    namespace,
    ...environment.backend,
    image: images.backend,
    kafka,
    database: pgbouncer.application(BACKEND_DATABASE),
    migrations: postgres.migrations(BACKEND_DATABASE),
    cache: redisCluster.clients,
  });

  const kong = new Kong(app, {
    ...environment.kong,
    namespace,
    image: images.kong,
    postgresImage: images.postgres,
    storageClass,
    // What is public: to applications with a key, and to people with a browser.
    sites: [api(backend), api(backend.tmForum), operatorsPage(akhq), operatorsPage(pghero)],
    counters: redis.counters,
    host: exposure && { proxy: host(exposure.kong.proxy)!, 'proxy-ssl': host(exposure.kong['proxy-ssl'])! },
  });

  if (environment.developmentSecrets) {
    new DevelopmentSecrets(app, { namespace, values: environment.developmentSecrets });
  }
  pullImagesWith(app, environment.imagePullSecrets ?? []);
  return {
    ...{ zookeeper, kafka, topics, akhq },
    ...{ redisCluster, redisBackup, redis, postgres, databases, postgresBackup, pgbouncer, pghero },
    ...{ backend, kong },
  };
}

/** Every component of an environment by its name. */
export type Platform = ReturnType<typeof platform>;
