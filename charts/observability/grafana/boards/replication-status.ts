import { shape } from '../../../data/redis-cluster/size';
import type { Environment } from '../../../environment';
import { REDIS_LIMITS } from '../../rules/redis';
import type { Board } from './board';
import { perSecond, within } from './promql';
import { CLUSTER } from './redis-cluster';

const ALONE = 'The only server has no replica.';

/** Whether replicas could take over, and how much would be lost. */
export const replicationStatus = ({ redisCluster: { topology } }: Pick<Environment, 'redisCluster'>): Board => {
  const { shards, replicas } = shape(topology);
  const copies = shards * replicas;
  return {
    uid: 'replication-status',
    title: 'Replication Status',
    folder: 'Redis',
    rows: [
      {
        title: 'Is it well',
        panels: [
          {
            title: 'Replicas that follow',
            description: `There should be ${copies || 'none'}. A master that is lost without any takes its keys along.`,
            unit: 'none',
            kind: 'stat',
            width: 5,
            queries: [{ expr: `sum(redis_connected_slaves${CLUSTER})` }],
            ...(copies > 0 && { thresholds: { warning: copies, critical: shards } }),
          },
          {
            title: 'Masters too many or too few',
            description: `None: there should be ${shards}. With more, two serve the same slots; with fewer, slots have none.`,
            unit: 'none',
            kind: 'stat',
            width: 5,
            queries: [{ expr: `abs(count(redis_instance_info{job="redis-cluster",role="master"}) - ${shards})` }],
            thresholds: { critical: 1 },
          },
          {
            title: 'All links are up',
            description: '1 when every replica hears its master. At 0 a copy grows old.',
            unit: 'none',
            kind: 'stat',
            width: 5,
            queries: [{ expr: `min(redis_master_link_up${CLUSTER})` }],
            thresholds: { warning: 1, critical: 1 },
            emptyOnKind: ALONE,
          },
          {
            title: 'Furthest behind',
            description: 'So much would be lost if the replica took over now.',
            unit: 's',
            kind: 'stat',
            width: 5,
            queries: [{ expr: `max(redis_connected_slave_lag_seconds${CLUSTER})` }],
            thresholds: { warning: REDIS_LIMITS.lagSeconds },
            emptyOnKind: ALONE,
          },
          {
            title: 'Servers that are known',
            description:
              'What each server counts, the lowest of them. One that knows fewer than the others was not told of all.',
            unit: 'none',
            kind: 'stat',
            width: 4,
            queries: [{ expr: `min(redis_cluster_known_nodes${CLUSTER})` }],
            thresholds: { warning: shards + copies, critical: shards + copies },
          },
        ],
      },
      {
        title: 'How far replicas are behind',
        panels: [
          {
            title: 'In time',
            description: 'Since a master last heard from each of its replicas.',
            unit: 's',
            kind: 'timeseries',
            queries: [
              {
                expr: `max by (pod, slave_ip) (redis_connected_slave_lag_seconds${CLUSTER})`,
                legend: '{{slave_ip}} of {{pod}}',
              },
            ],
            thresholds: { warning: REDIS_LIMITS.lagSeconds },
            emptyOnKind: ALONE,
          },
          {
            title: 'In bytes',
            description:
              'What a master has written and its replica has not. It is small unless the network or the replica is slow.',
            unit: 'bytes',
            kind: 'timeseries',
            queries: [
              {
                expr: `max by (pod, slave_ip) (redis_master_repl_offset${CLUSTER} - on (pod) group_right () redis_connected_slave_offset_bytes${CLUSTER})`,
                legend: '{{slave_ip}} of {{pod}}',
              },
            ],
            emptyOnKind: ALONE,
          },
          {
            title: 'Silence of the master',
            description: 'Since a replica last heard from it. After some seconds the others elect a new one.',
            unit: 's',
            kind: 'timeseries',
            queries: [{ expr: `max by (pod) (redis_master_last_io_seconds_ago${CLUSTER})`, legend: '{{pod}}' }],
            thresholds: { warning: REDIS_LIMITS.lagSeconds },
            emptyOnKind: ALONE,
          },
          {
            title: 'What is copied',
            description: 'Bytes a second from masters to replicas, of all together. A step is a whole copy.',
            unit: 'Bps',
            kind: 'timeseries',
            queries: [
              { expr: perSecond(`redis_net_repl_output_bytes_total${CLUSTER}`), legend: 'sent' },
              { expr: perSecond(`redis_net_repl_input_bytes_total${CLUSTER}`), legend: 'received' },
            ],
          },
        ],
      },
      {
        title: 'Who is what',
        panels: [
          {
            title: 'Servers',
            description: 'Part and version of each. Two versions at a time are an update.',
            unit: 'none',
            kind: 'table',
            queries: [{ expr: `sum by (pod, role, redis_version) (redis_instance_info${CLUSTER})`, legend: 'There' }],
          },
          {
            title: 'Copies that began anew in an hour',
            description:
              'Whole ones cost memory and network: then a replica was away for longer than the master remembers.',
            unit: 'none',
            kind: 'timeseries',
            queries: [
              { expr: within('1h', `redis_replica_resyncs_full${CLUSTER}`), legend: 'whole' },
              { expr: within('1h', `redis_replica_partial_resync_accepted${CLUSTER}`), legend: 'from where it was' },
              { expr: within('1h', `redis_replica_partial_resync_denied${CLUSTER}`), legend: 'refused, so whole' },
            ],
          },
          {
            title: 'Elections',
            description: 'Each step is a replica that took over, or slots that moved.',
            unit: 'none',
            kind: 'timeseries',
            queries: [{ expr: `max(redis_cluster_current_epoch${CLUSTER})`, legend: 'epoch' }],
          },
          {
            title: 'What a master remembers',
            description:
              'Bytes that it can give to a replica that was away. A replica that misses more copies everything.',
            unit: 'bytes',
            kind: 'timeseries',
            queries: [
              { expr: `max by (pod) (redis_repl_backlog_history_bytes${CLUSTER})`, legend: 'in {{pod}}' },
              { expr: `min(redis_replication_backlog_bytes${CLUSTER})`, legend: 'at most' },
            ],
          },
        ],
      },
    ],
  };
};
