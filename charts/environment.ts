import type { PlatformProps } from '../lib/platform';
import type { BackendSize } from './applications/backend/size';
import type { PgBouncerSize } from './data/pgbouncer/size';
import type { PgHeroSize } from './data/pghero/size';
import type { Database } from './data/postgres/database';
import type { DatabasesJobSize, PostgresBackupSize, PostgresSize } from './data/postgres/size';
import type { RedisSize } from './data/redis/size';
import type { RedisBackupSize, RedisClusterSize } from './data/redis-cluster/size';
import type { DevelopmentSecretValues } from './foundation/development-secrets';
import type { KongSize } from './gateway/kong/size';
import type { Images } from './images';
import type { AkhqSize } from './messaging/akhq/size';
import type { KafkaSize } from './messaging/kafka/size';
import type { TopicsJobSize } from './messaging/topics/size';
import type { Topic } from './messaging/topics/topic';
import type { ZooKeeperSize } from './messaging/zookeeper/size';
import type { AlertmanagerSize } from './observability/alertmanager/size';
import type { Objectives } from './observability/objectives/size';
import type { PrometheusSize } from './observability/prometheus/size';

/** Everything in which one installation differs from another. */
export interface Environment extends Omit<PlatformProps, 'name'> {
  /** Its folder in dist. */
  readonly name: string;
  readonly images: Images;
  readonly topics: readonly Topic[];
  readonly databases: readonly Database[];
  readonly zookeeper: ZooKeeperSize;
  readonly kafka: KafkaSize;
  readonly topicsJob: TopicsJobSize;
  readonly akhq: AkhqSize;
  readonly redisCluster: RedisClusterSize;
  readonly redisBackup: RedisBackupSize;
  /** The plain Redis, for the counters of the gateway. */
  readonly redis: RedisSize;
  readonly postgres: PostgresSize;
  readonly databasesJob: DatabasesJobSize;
  readonly postgresBackup: PostgresBackupSize;
  readonly pgbouncer: PgBouncerSize;
  readonly pghero: PgHeroSize;
  readonly backend: BackendSize;
  readonly kong: KongSize;
  readonly alertmanager: AlertmanagerSize;
  readonly prometheus: PrometheusSize;
  /** What its users are promised. */
  readonly objectives: Objectives;
  /** Published values of every Secret, for a laptop. @default - none: the Secrets are made by the operator's own means */
  readonly developmentSecrets?: DevelopmentSecretValues;
}
