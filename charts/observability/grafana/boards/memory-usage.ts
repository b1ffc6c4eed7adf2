import { REDIS_LIMITS } from '../../rules/redis';
import type { Board } from './board';
import { perSecond, total, within } from './promql';
import { CLUSTER, MEMORY_SHARE } from './redis-cluster';

const of = (metric: string) => `sum by (pod) (${metric}${CLUSTER})`;

/** What Redis Cluster keeps in memory, and what it has no room for. */
export const memoryUsage: Board = {
  uid: 'memory-usage',
  title: 'Memory Usage',
  folder: 'Redis',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Fullest server',
          description:
            'Of what it may take for keys. When it is full it makes room: keys that expire go first, and without any, writes are refused.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [{ expr: `max(${MEMORY_SHARE})` }],
          thresholds: { warning: REDIS_LIMITS.memory },
        },
        {
          title: 'Removed to make room',
          description:
            'Keys a second, of the server with most of them. First the response cache holds less; after it, sessions go.',
          unit: 'ops',
          kind: 'stat',
          width: 6,
          queries: [{ expr: `max(${perSecond(`redis_evicted_keys_total${CLUSTER}`, 'pod')})` }],
          thresholds: { warning: REDIS_LIMITS.evicted },
        },
        {
          title: 'Keys',
          description: 'On all masters together; copies are not counted.',
          unit: 'short',
          kind: 'stat',
          width: 6,
          queries: [
            {
              expr: total(
                `sum(redis_db_keys${CLUSTER} and on (pod) redis_instance_info{job="redis-cluster",role="master"})`,
              ),
            },
          ],
        },
        {
          title: 'Clients that were cut off in an hour',
          description: 'They took too much memory for what they had not read yet.',
          unit: 'none',
          kind: 'stat',
          width: 6,
          queries: [{ expr: total(within('1h', `redis_evicted_clients_total${CLUSTER}`)) }],
          thresholds: { warning: 1 },
        },
      ],
    },
    {
      title: 'Memory',
      panels: [
        {
          title: 'Share in use',
          description: 'By server. One alone that is full has keys that are larger, or more, than those of the others.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [
            {
              expr: `max by (pod) (${MEMORY_SHARE})`,
              legend: '{{pod}}',
            },
          ],
          thresholds: { warning: REDIS_LIMITS.memory },
        },
        {
          title: 'As the system sees it',
          description:
            'What each process takes from the limit of its container. It is more than what is in use, and while a copy is written it grows.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [{ expr: of('redis_memory_used_rss_bytes'), legend: '{{pod}}' }],
        },
        {
          title: 'What it is used for',
          description:
            'Of all servers together. Overhead is what they need to find keys; clients and copies are what is on its way.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [
            { expr: `sum(redis_memory_used_dataset_bytes${CLUSTER})`, legend: 'keys and values' },
            { expr: `sum(redis_memory_used_overhead_bytes${CLUSTER})`, legend: 'overhead' },
            { expr: `sum(redis_mem_clients_normal${CLUSTER})`, legend: 'clients' },
            { expr: `sum(redis_mem_total_replication_buffers_bytes${CLUSTER})`, legend: 'copies' },
          ],
        },
        {
          title: 'Fragmentation',
          description:
            'What the process takes, by what it uses. Above 1.5 much is lost between keys, unless there is little in it; below 1 it is swapped out.',
          unit: 'none',
          kind: 'timeseries',
          queries: [{ expr: of('redis_mem_fragmentation_ratio'), legend: '{{pod}}' }],
        },
      ],
    },
    {
      title: 'Keys',
      panels: [
        {
          title: 'Keys of each server',
          description: 'Masters have their share of the slots, and replicas the same as their master.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: `${of('redis_db_keys')} or 0 * sum by (pod) (redis_up${CLUSTER})`, legend: '{{pod}}' }],
        },
        {
          title: 'Keys that expire',
          description:
            'The share of them. Only these can be removed to make room: where it is small, a full server refuses writes.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [
            {
              expr: `sum by (pod) (redis_db_keys_expiring${CLUSTER}) / (sum by (pod) (redis_db_keys${CLUSTER}) > 0) or 0 * sum by (pod) (redis_up${CLUSTER})`,
              legend: '{{pod}}',
            },
          ],
        },
        {
          title: 'Keys that go',
          description: 'A second, of all servers: those whose time was over, and those that were removed to make room.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            { expr: perSecond(`redis_expired_keys_total${CLUSTER}`), legend: 'expired' },
            { expr: perSecond(`redis_evicted_keys_total${CLUSTER}`), legend: 'removed to make room' },
          ],
          thresholds: { warning: REDIS_LIMITS.evicted },
        },
        {
          title: 'Log on the volume',
          description:
            'What a server reads when it starts again. It is written anew when it has grown: then both are there for a while.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [{ expr: of('redis_aof_current_size_bytes'), legend: '{{pod}}' }],
        },
      ],
    },
  ],
};
