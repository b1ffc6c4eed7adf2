import { shape } from '../../../data/redis-cluster/size';
import type { Environment } from '../../../environment';
import { REDIS_LIMITS, SLOTS } from '../../rules/redis';
import type { Board } from './board';
import { perSecond, total, within } from './promql';
import { CLUSTER, MEMORY_SHARE } from './redis-cluster';

/** Whether Redis Cluster works, and what it does. The server of the gateway's counters is on Rate Limiting Stats. */
export const redisOverview = ({ redisCluster: { topology } }: Pick<Environment, 'redisCluster'>): Board => {
  const { shards, replicas } = shape(topology);
  const servers = shards * (1 + replicas);
  return {
    uid: 'redis-overview',
    title: 'Redis Overview',
    folder: 'Redis',
    rows: [
      {
        title: 'Is it well',
        panels: [
          {
            title: 'Servers that answer',
            description: `There are ${servers}, in ${shards} ${shards === 1 ? 'shard' : 'shards'}. A shard without any has lost its keys for now.`,
            unit: 'none',
            kind: 'stat',
            width: 4,
            queries: [{ expr: `sum(redis_up${CLUSTER})` }],
            thresholds: { warning: servers, critical: shards },
          },
          {
            title: 'All say it works',
            description:
              '1 when every server sees a majority of the masters and all slots. At 0 some commands are refused.',
            unit: 'none',
            kind: 'stat',
            width: 4,
            queries: [{ expr: `min(redis_cluster_state${CLUSTER})` }],
            thresholds: { warning: 1, critical: 1 },
          },
          {
            title: 'Slots with a server',
            description: `Every key is in one of ${SLOTS} slots. Keys of a slot without a server cannot be read or written.`,
            unit: 'none',
            kind: 'stat',
            width: 4,
            queries: [{ expr: `min(redis_cluster_slots_ok${CLUSTER})` }],
            thresholds: { warning: SLOTS, critical: SLOTS },
          },
          {
            title: 'Fullest memory',
            description: 'Of what its server may take for keys. Memory Usage says what is in it.',
            unit: 'percentunit',
            kind: 'stat',
            width: 4,
            queries: [{ expr: `max(${MEMORY_SHARE})` }],
            thresholds: { warning: REDIS_LIMITS.memory },
          },
          {
            title: 'Refused connections in an hour',
            description: 'Clients that found no place. One of them opens connections and does not close them.',
            unit: 'none',
            kind: 'stat',
            width: 4,
            queries: [{ expr: total(within('1h', `redis_rejected_connections_total${CLUSTER}`)) }],
            thresholds: { warning: 1 },
          },
          {
            title: 'Can write to their volumes',
            description:
              'At 0 a server keeps new keys in memory alone, or refuses writes: most often its volume is full.',
            unit: 'none',
            kind: 'stat',
            width: 4,
            queries: [
              { expr: `min(redis_aof_last_write_status${CLUSTER}) * min(redis_rdb_last_bgsave_status${CLUSTER})` },
            ],
            thresholds: { warning: 1, critical: 1 },
          },
        ],
      },
      {
        title: 'Load',
        panels: [
          {
            title: 'Commands',
            description: 'A second, by server. One far above the others has a key that everybody asks for.',
            unit: 'ops',
            kind: 'timeseries',
            queries: [{ expr: perSecond(`redis_commands_processed_total${CLUSTER}`, 'pod'), legend: '{{pod}}' }],
          },
          {
            title: 'Commands by kind',
            description:
              'The ten most frequent. Those of `info`, `cluster` and `config` are of the exporter and of the probes.',
            unit: 'ops',
            kind: 'timeseries',
            queries: [{ expr: `topk(10, ${perSecond(`redis_commands_total${CLUSTER}`, 'cmd')})`, legend: '{{cmd}}' }],
          },
          {
            title: 'Clients',
            description: 'Connections by server. Each pod of the backend has one or two to each.',
            unit: 'none',
            kind: 'timeseries',
            width: 8,
            queries: [{ expr: `sum by (pod) (redis_connected_clients${CLUSTER})`, legend: '{{pod}}' }],
          },
          {
            title: 'Network',
            description:
              'What clients send and get, of all servers together, without what servers copy from each other.',
            unit: 'Bps',
            kind: 'timeseries',
            width: 8,
            queries: [
              { expr: perSecond(`redis_net_input_bytes_total${CLUSTER}`), legend: 'in' },
              { expr: perSecond(`redis_net_output_bytes_total${CLUSTER}`), legend: 'out' },
            ],
          },
          {
            title: 'CPU',
            description: 'Cores by server. Commands run one after the other: at 1 it can do no more.',
            unit: 'none',
            kind: 'timeseries',
            width: 8,
            queries: [
              {
                expr: `sum by (pod) (rate(redis_cpu_user_seconds_total${CLUSTER}[$__rate_interval]) + rate(redis_cpu_sys_seconds_total${CLUSTER}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
            thresholds: { warning: 0.8, critical: 0.95 },
          },
        ],
      },
      {
        title: 'What is not as it should be',
        panels: [
          {
            title: 'Commands that failed',
            description: 'A second, by server. MOVED is no failure: a client learns from it where a slot is.',
            unit: 'ops',
            kind: 'timeseries',
            queries: [{ expr: perSecond(`redis_total_error_replies${CLUSTER}`, 'pod'), legend: '{{pod}}' }],
          },
          {
            title: 'Slots without a server',
            description: 'As the servers see it: those of a server that may be away, and of one that is.',
            unit: 'none',
            kind: 'timeseries',
            queries: [
              { expr: `max(redis_cluster_slots_pfail${CLUSTER})`, legend: 'may be away' },
              { expr: `max(redis_cluster_slots_fail${CLUSTER})`, legend: 'away' },
            ],
            thresholds: { critical: 1 },
          },
        ],
      },
    ],
  };
};
