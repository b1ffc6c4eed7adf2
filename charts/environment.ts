import type { BackupSize } from '../lib/backup-jobs';
import type { ReconciledJobsSize } from '../lib/job';
import type { PlatformProps } from '../lib/platform';
import type { SecretValues } from '../lib/secret';
import type { BackendSize } from './applications/backend/size';
import type { PgBouncerSize } from './data/pgbouncer/size';
import type { PgHeroSize } from './data/pghero/size';
import type { Database } from './data/postgres/database';
import type { PostgresSize } from './data/postgres/size';
import type { RedisSize } from './data/redis/size';
import type { RedisClusterSize } from './data/redis-cluster/size';
import type { KongSize } from './gateway/kong/size';
import type { Images } from './images';
import type { AkhqSize } from './messaging/akhq/size';
import type { KafkaSize } from './messaging/kafka/size';
import type { Topic } from './messaging/topics/topic';
import type { ZooKeeperSize } from './messaging/zookeeper/size';

/** Everything in which one installation differs from another. */
export interface Environment extends Omit<PlatformProps, 'name'> {
  /** Its folder in dist. */
  readonly name: string;
  readonly images: Images;
  readonly topics: readonly Topic[];
  readonly databases: readonly Database[];
  readonly zookeeper: ZooKeeperSize;
  readonly kafka: KafkaSize;
  readonly topicsJob: ReconciledJobsSize;
  readonly akhq: AkhqSize;
  readonly redisCluster: RedisClusterSize;
  /** Each backup is as large as the keys of all shards. */
  readonly redisBackup: BackupSize;
  /** The plain Redis, for the counters of the gateway. */
  readonly redis: RedisSize;
  readonly postgres: PostgresSize;
  /** On its schedule roles get the passwords of a changed Secret, too. */
  readonly databasesJob: ReconciledJobsSize;
  /** Each backup is up to a quarter of the server's disk. */
  readonly postgresBackup: BackupSize;
  readonly pgbouncer: PgBouncerSize;
  readonly pghero: PgHeroSize;
  readonly backend: BackendSize;
  readonly kong: KongSize;
  /** Published values of every Secret, for a laptop. @default - none: the Secrets are made by the operator's own means */
  readonly developmentSecrets?: Readonly<Record<string, SecretValues>>;
}
