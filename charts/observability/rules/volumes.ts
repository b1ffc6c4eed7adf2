import type { Size } from 'cdk8s';
import type { Environment } from '../../environment';
import { psql, query } from './commands';
import type { Alert, Group, Recording, Runbook } from './rule';

/** From so full a volume on somebody is told; boards show the same. A share. */
export const VOLUME_LIMIT = 0.85;

/** What Prometheus itself has written. */
const SAMPLES =
  'prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes + prometheus_tsdb_head_chunks_storage_size_bytes';

/** How full volumes are, by who writes there: nobody else knows it without rights on nodes. */
export const volumes = ({
  kafka,
  zookeeper,
  postgres: { disk },
  redisCluster,
  prometheus,
}: Pick<Environment, 'kafka' | 'zookeeper' | 'postgres' | 'redisCluster' | 'prometheus'>): Group => ({
  name: 'volumes',
  rules: [
    ratio('kafka', 'sum by (pod) (kafka_log_log_size)', kafka.disk),
    ratio('zookeeper', 'max by (pod) (zookeeper_volume_bytes{volume="data"})', zookeeper.data),
    ratio('zookeeper', 'max by (pod) (zookeeper_volume_bytes{volume="log"})', zookeeper.log, 'log'),
    ratio('postgres', '(sum by (pod) (pg_database_size_bytes) + sum by (pod) (pg_wal_size_bytes))', disk),
    ratio('redis-cluster', 'max by (pod) (redis_aof_current_size_bytes{job="redis-cluster"})', redisCluster.disk),
    ratio('prometheus', `max by (pod) (${SAMPLES})`, prometheus.disk),
    ...alerts('kafka', 'Kafka', {
      full: {
        means: 'A broker with a full volume stops, and soon all of them: they hold the same.',
        look: [query('topk(5, sum by (topic) (kafka_log_log_size))'), 'kubectl get pvc'],
        mend: 'Shorten the retention of the largest topic in `config/topics.ts`, or make the claims larger.',
      },
      tomorrow: {
        means: 'There is a day left.',
        look: [query('topk(5, sum by (topic) (rate(kafka_server_brokertopicmetrics_bytesin_total{topic!=""}[1h])))')],
        mend: 'See who writes more than the catalogue says. Shorten a retention, or make the claims larger.',
      },
    }),
    ...alerts('zookeeper', 'ZooKeeper', {
      full: {
        means: 'A server that cannot write ends. Without a majority no partition gets a new leader.',
        look: [DU, 'kubectl get pvc'],
        mend: 'Old snapshots and logs go by themselves within the hour. Otherwise make the claim larger.',
      },
      tomorrow: {
        means: 'There is a day left.',
        look: [DU, query('rate(zookeeper_packetsreceived_total[1h])')],
        mend: 'See who changes so much: topics that are made and deleted, most often. Make the claim larger.',
      },
    }),
    ...alerts('postgres', 'Postgres', {
      full: {
        means: 'A server that cannot write its log stops.',
        look: [psql('SELECT datname, pg_size_pretty(pg_database_size(datname)) FROM pg_database')],
        mend: 'Drop a `bss_before_…` that a restore has kept, or make the claim larger: docs/recovery.md.',
      },
      tomorrow: {
        means: 'There is a day left.',
        look: [
          psql(
            'SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class ORDER BY pg_total_relation_size(oid) DESC LIMIT 5',
          ),
        ],
        mend: 'Find the table that grows. Make the claim larger.',
      },
    }),
  ],
});

const DU = 'kubectl exec zookeeper-0 -- du -h /var/lib/zookeeper';

const ratio = (job: string, bytes: string, size: Size, volume = 'data'): Recording => ({
  record: 'bss:volume:ratio',
  expr: `${bytes} / ${size.toMebibytes()} / 1024 / 1024`,
  labels: { job, volume },
});

/** @param title what names of alerts begin with */
const alerts = (job: string, title: string, { full, tomorrow }: Record<'full' | 'tomorrow', Runbook>): Alert[] => {
  const series = `bss:volume:ratio{job="${job}"}`;
  return [
    {
      alert: `${title}VolumeAlmostFull`,
      expr: `${series} > ${VOLUME_LIMIT}`,
      for: '5m',
      severity: 'critical',
      summary: 'Volume {{ $labels.volume }} of {{ $labels.pod }} is {{ $value | humanizePercentage }} full.',
      runbook: full,
    },
    {
      alert: `${title}VolumeFullTomorrow`,
      expr: `predict_linear(${series}[6h], 86400) > 1 and ${series} > 0.5`,
      for: '1h',
      severity: 'warning',
      summary:
        'As it grows now, volume {{ $labels.volume }} of {{ $labels.pod }} is {{ $value | humanizePercentage }} full tomorrow.',
      runbook: tomorrow,
    },
  ];
};
