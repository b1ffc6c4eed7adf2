import { type Case, grows, ready, SILENT } from '../case';

const [pod, job] = ['redis-cluster-0-0', { job: 'redis-cluster' }];
const labels = { ...job, pod };
const on = (metric: string, name = pod) => `${metric}{job="redis-cluster",pod="${name}"}`;

export const cases: readonly Case[] = [
  {
    alert: 'RedisDown',
    series: { [on('redis_up')]: [1, 0], [on('up')]: [1, 1] },
    labels,
    summary: 'redis-cluster-0-0 does not answer.',
  },
  {
    alert: 'RedisDown',
    series: { [on('up')]: [1, 0], ...ready(pod, 'redis-cluster', [1, 1]) },
    summary: SILENT,
  },
  {
    alert: 'RedisClusterNotOk',
    series: { [on('redis_cluster_state')]: [1, 0] },
    labels,
    summary: 'redis-cluster-0-0 says that the cluster is down.',
  },
  {
    alert: 'RedisSlotsUncovered',
    series: { [on('redis_cluster_slots_ok')]: [16384, 10923] },
    labels: job,
    summary: '10923 of 16384 slots have a server.',
  },
  {
    alert: 'RedisCannotPersist',
    series: { [on('redis_aof_last_write_status')]: [1, 0], [on('redis_rdb_last_bgsave_status')]: [1, 1] },
    labels,
    summary: 'redis-cluster-0-0 cannot write to its volume.',
  },
  {
    alert: 'RedisMemoryHigh',
    series: { [on('redis_memory_used_bytes')]: [10, 95], [on('redis_memory_max_bytes')]: [100, 100] },
    labels,
    summary: 'redis-cluster-0-0 uses 95% of its memory for keys.',
  },
  {
    alert: 'RedisEvictions',
    series: { [on('redis_evicted_keys_total')]: grows(0, 120) },
    labels,
    summary: 'redis-cluster-0-0 removes 2.00 keys a second to make room.',
  },
  {
    alert: 'RedisRefusesConnections',
    series: { [on('redis_rejected_connections_total')]: grows(0, 1) },
    labels,
    summary: 'redis-cluster-0-0 has refused 10 connections in 10 minutes.',
  },
  {
    alert: 'RedisHitRatioLow',
    series: {
      [on('redis_keyspace_hits_total')]: grows(6000, 1500),
      [on('redis_keyspace_misses_total')]: grows(1500, 6000),
    },
    labels: job,
    summary: '20% of the looks into the cache find something.',
  },
  {
    alert: 'RedisReplicasMissing',
    series: {
      [on('redis_connected_slaves', 'redis-cluster-0-0')]: [1, 0],
      [on('redis_connected_slaves', 'redis-cluster-1-0')]: [1, 1],
      [on('redis_connected_slaves', 'redis-cluster-2-0')]: [1, 1],
    },
    labels: job,
    summary: '2 of 3 replicas follow their master.',
  },
  {
    alert: 'RedisReplicaLinkDown',
    series: { [on('redis_master_link_up')]: [1, 0] },
    labels,
    summary: 'redis-cluster-0-0 does not follow its master.',
  },
  {
    alert: 'RedisReplicationLag',
    series: { [on('redis_connected_slave_lag_seconds')]: [0, 20] },
    labels,
    summary: 'A replica of redis-cluster-0-0 is 20s behind.',
  },
];
