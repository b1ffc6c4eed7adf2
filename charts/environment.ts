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
import type { AlertmanagerSize } from './observability/alertmanager/size';
import type { CertificatesSize } from './observability/certificates/size';
import type { GrafanaSize } from './observability/grafana/size';
import type { KminionSize } from './observability/kminion/size';
import type { KubernetesStateSize } from './observability/kubernetes-state/size';
import type { Objectives } from './observability/objectives/size';
import type { PrometheusSize } from './observability/prometheus/size';

/** One installation of the platform: everything in which it may differ from another. */
export interface Environment extends Omit<PlatformProps, 'name'> {
  /** Name of the environment, and of its folder in dist. */
  readonly name: string;
  /** Reference of each image. */
  readonly images: Images;
  /** Kafka topics that the topics Job makes. */
  readonly topics: readonly Topic[];
  /** Databases of PostgreSQL that the databases Job makes. */
  readonly databases: readonly Database[];
  readonly zookeeper: ZooKeeperSize;
  readonly kafka: KafkaSize;
  /** The Job that makes the topics, and the CronJob that sets them back. */
  readonly topicsJob: ReconciledJobsSize;
  readonly akhq: AkhqSize;
  /** The Redis for sessions and caches. */
  readonly redisCluster: RedisClusterSize;
  /** Its disk: room for one backup more than `keep`, each as large as the keys of all shards. */
  readonly redisBackup: BackupSize;
  /** The plain Redis, for the gateway's counters. */
  readonly redis: RedisSize;
  readonly postgres: PostgresSize;
  /** The Job that makes databases and roles, and the CronJob that sets their passwords again. */
  readonly databasesJob: ReconciledJobsSize;
  /** Its disk: room for one backup more than `keep`, each up to a quarter of PostgreSQL's disk. */
  readonly postgresBackup: BackupSize;
  readonly pgbouncer: PgBouncerSize;
  readonly pghero: PgHeroSize;
  readonly backend: BackendSize;
  readonly kong: KongSize;
  readonly alertmanager: AlertmanagerSize;
  readonly prometheus: PrometheusSize;
  readonly grafana: GrafanaSize;
  readonly kubernetesState: KubernetesStateSize;
  /** Looks at certificates before they expire. @default - none: there is nothing of yours to renew */
  readonly certificates?: CertificatesSize;
  /** Measures the lag of all groups. @default - none: the backend's consumers say their own */
  readonly kminion?: KminionSize;
  /** What its users are promised. */
  readonly objectives: Objectives;
  /** Values of every Secret, published in Git, for a laptop. @default - none: an operator makes the Secrets */
  readonly developmentSecrets?: Readonly<Record<string, SecretValues>>;
}
