import type { Spread } from '../lib/stateful-workload';
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

/** Everything in which one installation differs from another. */
export interface Environment {
  /** Its folder in dist. */
  readonly name: string;
  readonly namespace: string;
  readonly images: Images;
  /** Secrets that the nodes log in with at the registries of the images, for example `['registry']`. @default - none */
  readonly imagePullSecrets?: readonly string[];
  readonly topics: readonly Topic[];
  readonly databases: readonly Database[];
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
  /** Whether pods of one set must have a node each. */
  readonly spread: Spread;
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
  /**
   * Addresses of pods, which do not count as the machine that runs the cluster, for example `10.244.0.0/16`.
   * @default - nothing has a port of that machine
   */
  readonly podNetwork?: string;
  /** Published values of every Secret, for a laptop. @default - none: the Secrets are made by the operator's own means */
  readonly developmentSecrets?: DevelopmentSecretValues;
}
