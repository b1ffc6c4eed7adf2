import { shape } from '../../data/redis-cluster/size';
import type { Environment } from '../../environment';
import { logs, podsOf, query } from './commands';
import { serverAway } from './kubernetes';
import type { Alert, Group } from './rule';

/** From where on somebody is told; boards show the same. Shares, keys a second, seconds. */
export const REDIS_LIMITS = { memory: 0.9, evicted: 1, hits: 0.5, lagSeconds: 10 };
/** That a cluster has. */
export const SLOTS = 16_384;

const PODS = podsOf('redis-cluster');
const LOGS = logs('redis-cluster-0-0', 'redis-cluster');

/** Redis Cluster; the Redis of the gateway's counters is the gateway's. */
export const redis = ({ redisCluster: { topology } }: Pick<Environment, 'redisCluster'>): Group => {
  const { shards, replicas } = shape(topology);
  return {
    name: 'redis',
    rules: [...servers, ...figures, ...(replicas > 0 ? copies(shards * replicas) : [])],
  };
};

const servers: readonly Alert[] = [
  {
    alert: 'RedisDown',
    expr: serverAway('redis_up', 'redis-cluster'),
    // Longer than a server takes to another node with its volume. What nobody answers for has alerts of its own.
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.pod }} does not answer.',
    silences: ['TargetDown', 'RedisReplicasMissing'],
    runbook: {
      means: 'Without a replica its keys are away; the backend then asks the database for everything.',
      look: [PODS, LOGS],
      mend: 'It comes back by itself from its volume. A shard without any server: docs/recovery.md.',
    },
  },
  {
    alert: 'RedisClusterNotOk',
    expr: 'min by (job, pod) (redis_cluster_state{job="redis-cluster"}) == 0',
    for: '2m',
    severity: 'critical',
    summary: '{{ $labels.pod }} says that the cluster is down.',
    silences: ['RedisSlotsUncovered'],
    runbook: {
      means: 'It sees no majority of masters, or slots without a server, and answers nothing for them.',
      look: [PODS, LOGS],
      mend: 'Bring the masters back. A keeper joins what belongs together again; its log is that of the container `keeper`.',
    },
  },
  {
    alert: 'RedisSlotsUncovered',
    expr: `max by (job) (redis_cluster_slots_ok{job="redis-cluster"}) < ${SLOTS}`,
    for: '2m',
    severity: 'critical',
    summary: `{{ $value }} of ${SLOTS} slots have a server.`,
    runbook: {
      means: 'Keys of the others cannot be read or written.',
      look: [PODS, LOGS],
      mend: 'A shard has no server: docs/recovery.md.',
    },
  },
  {
    alert: 'RedisCannotPersist',
    expr:
      'min by (job, pod) (redis_aof_last_write_status{job="redis-cluster"}) == 0 or ' +
      'min by (job, pod) (redis_rdb_last_bgsave_status{job="redis-cluster"}) == 0',
    for: '2m',
    severity: 'critical',
    summary: '{{ $labels.pod }} cannot write to its volume.',
    runbook: {
      means: 'It refuses writes, or loses them when it restarts.',
      look: [LOGS, 'kubectl get pvc'],
      mend: 'Most often the volume is full: make the claim larger. `redisCluster.disk` must be three times the keys.',
    },
  },
];

const figures: readonly Alert[] = [
  {
    alert: 'RedisMemoryHigh',
    expr: `max by (job, pod) (redis_memory_used_bytes / (redis_memory_max_bytes > 0)) > ${REDIS_LIMITS.memory}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory for keys.',
    runbook: {
      means: 'Soon it makes room: keys that expire go first. Where there are none, writes are refused.',
      look: [query('redis_db_keys'), query('rate(redis_evicted_keys_total[5m])')],
      mend: 'See which keys have no time to live. More memory, or more shards: docs/operations.md.',
    },
  },
  {
    alert: 'RedisEvictions',
    expr: `sum by (job, pod) (rate(redis_evicted_keys_total[5m])) > ${REDIS_LIMITS.evicted}`,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.pod }} removes {{ $value | printf "%.2f" }} keys a second to make room.',
    runbook: {
      means: 'The response cache holds less; after it, sessions would go.',
      look: [query('redis_memory_used_bytes / redis_memory_max_bytes'), LOGS],
      mend: 'More memory, or more shards: docs/operations.md.',
    },
  },
  {
    alert: 'RedisRefusesConnections',
    expr: 'sum by (job, pod) (increase(redis_rejected_connections_total[10m])) > 0',
    severity: 'warning',
    summary: '{{ $labels.pod }} has refused {{ $value | printf "%.0f" }} connections in 10 minutes.',
    runbook: {
      means: 'There are more clients than `maxclients`.',
      look: [query('redis_connected_clients'), LOGS],
      mend: 'Find the client that opens connections and does not close them.',
    },
  },
  {
    alert: 'RedisHitRatioLow',
    expr:
      'sum by (job) (rate(redis_keyspace_hits_total{job="redis-cluster"}[10m])) / (sum by (job) (rate(redis_keyspace_hits_total{job="redis-cluster"}[10m])) ' +
      `+ sum by (job) (rate(redis_keyspace_misses_total{job="redis-cluster"}[10m]))) < ${REDIS_LIMITS.hits} ` +
      'and sum by (job) (rate(redis_keyspace_misses_total{job="redis-cluster"}[10m])) > 50',
    for: '15m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the looks into the cache find something.',
    runbook: {
      means: 'The cache costs more than it saves, and the database has the load.',
      look: [
        query('sum by (result) (rate(bss_cache_requests_total[5m]))'),
        query('rate(redis_evicted_keys_total[5m])'),
      ],
      mend: 'After a restore or a restart it fills by itself. Otherwise keys go too early: see evictions.',
    },
  },
];

/** @param count all replicas of all shards */
const copies = (count: number): Alert[] => [
  {
    alert: 'RedisReplicasMissing',
    expr: `sum by (job) (redis_connected_slaves{job="redis-cluster"}) < ${count}`,
    for: '5m',
    severity: 'warning',
    summary: `{{ $value }} of ${count} replicas follow their master.`,
    runbook: {
      means: 'A master that is lost now may take its keys along.',
      look: [PODS, LOGS],
      mend: 'See which pod is not ready, and why.',
    },
  },
  {
    alert: 'RedisReplicaLinkDown',
    expr: 'min by (job, pod) (redis_master_link_up{job="redis-cluster"}) == 0',
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.pod }} does not follow its master.',
    runbook: {
      means: 'Its copy grows old, and it would take over with it.',
      look: [LOGS, query('redis_master_last_io_seconds_ago')],
      mend: 'The log says whether it cannot log in, cannot connect, or copies everything again.',
    },
  },
  {
    alert: 'RedisReplicationLag',
    expr: `max by (job, pod) (redis_connected_slave_lag_seconds{job="redis-cluster"}) > ${REDIS_LIMITS.lagSeconds}`,
    for: '2m',
    severity: 'warning',
    summary: 'A replica of {{ $labels.pod }} is {{ $value | humanizeDuration }} behind.',
    runbook: {
      means: 'So much would be lost if the replica took over now.',
      look: [query('redis_connected_slave_lag_seconds'), PODS],
      mend: 'Network or CPU of the replica: look at its node.',
    },
  },
];
