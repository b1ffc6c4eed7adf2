import { BACKEND_LIMITS } from '../../rules/backend';
import { REDIS_LIMITS } from '../../rules/redis';
import type { Board } from './board';
import { mean, perSecond, share, within } from './promql';
import { CLUSTER } from './redis-cluster';

const HITS = perSecond(`redis_keyspace_hits_total${CLUSTER}`);
const MISSES = perSecond(`redis_keyspace_misses_total${CLUSTER}`);
const LOOKS = 'bss_cache_requests_total';
const COMMANDS = `redis_commands_latencies_usec${CLUSTER}`;

/** Whether the cache saves more than it costs. */
export const cachePerformance: Board = {
  uid: 'cache-performance',
  title: 'Cache Performance',
  folder: 'Redis',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Looks that find something',
          description:
            'Of those of the servers. After a restart or a restore it grows by itself. Without any look it is 0.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [{ expr: share(HITS, `(${HITS} + ${MISSES})`) }],
          thresholds: { warning: REDIS_LIMITS.hits },
        },
        {
          title: 'Answers of the API from the cache',
          description: 'Of those that may come from it. The others ask the database.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [{ expr: share(perSecond(`${LOOKS}{result="hit"}`), perSecond(`${LOOKS}{result=~"hit|miss"}`)) }],
        },
        {
          title: 'Looks that find the cache away',
          description: 'Answers are right and slower, and the database has the load.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [{ expr: share(perSecond(`${LOOKS}{result="away"}`), perSecond(LOOKS)) }],
          thresholds: { warning: BACKEND_LIMITS.cacheAway },
        },
        {
          title: 'Time of a command',
          description: 'On average, inside of the server. The way there and back comes on top.',
          unit: 'µs',
          kind: 'stat',
          width: 6,
          queries: [{ expr: mean(COMMANDS) }],
        },
      ],
    },
    {
      title: 'Hits and misses',
      panels: [
        {
          title: 'Of the servers',
          description:
            'Looks for keys a second. Misses that grow while hits do not: keys go too early, or somebody asks for what is not there.',
          unit: 'ops',
          kind: 'timeseries',
          width: 8,
          queries: [
            { expr: HITS, legend: 'found' },
            { expr: MISSES, legend: 'not there' },
          ],
        },
        {
          title: 'Of the backend',
          description:
            'Looks into its response cache a second. Each change of a customer or an order makes a few answers old.',
          unit: 'ops',
          kind: 'timeseries',
          width: 8,
          queries: [
            { expr: perSecond(`${LOOKS}{result="hit"}`), legend: 'found' },
            { expr: perSecond(`${LOOKS}{result="miss"}`), legend: 'not there' },
            { expr: perSecond(`${LOOKS}{result="away"}`), legend: 'the cache was away' },
          ],
        },
        {
          title: 'Hit ratio by server',
          description: 'One far below the others has just started, or has keys that many ask for and nobody has.',
          unit: 'percentunit',
          kind: 'timeseries',
          width: 8,
          queries: [
            {
              expr: share(
                perSecond(`redis_keyspace_hits_total${CLUSTER}`, 'pod'),
                `(${perSecond(`redis_keyspace_hits_total${CLUSTER}`, 'pod')} + ${perSecond(`redis_keyspace_misses_total${CLUSTER}`, 'pod')})`,
              ),
              legend: '{{pod}}',
            },
          ],
          thresholds: { warning: REDIS_LIMITS.hits },
        },
      ],
    },
    {
      title: 'Speed',
      panels: [
        {
          title: 'Time of a command, by kind',
          description: 'On average, the ten slowest. One that grows works on a value that grows.',
          unit: 'µs',
          kind: 'timeseries',
          queries: [{ expr: `topk(10, ${mean(COMMANDS, 'cmd')})`, legend: '{{cmd}}' }],
        },
        {
          title: 'Time of the servers, by kind',
          description: 'Seconds of commands in a second: what to look at first when CPU is short.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [
            {
              expr: `topk(10, ${perSecond(`redis_commands_duration_seconds_total${CLUSTER}`, 'cmd')})`,
              legend: '{{cmd}}',
            },
          ],
        },
        {
          title: 'Slow commands',
          description: 'In the last hour, of more than 10 ms. `SLOWLOG GET` names them.',
          unit: 'none',
          kind: 'timeseries',
          queries: [{ expr: within('1h', `redis_slowlog_last_id${CLUSTER}`, 'pod'), legend: '{{pod}}' }],
        },
        {
          title: 'Clients that wait',
          description: 'In a command that blocks. The platform has none of these: whoever waits here is new.',
          unit: 'none',
          kind: 'timeseries',
          queries: [{ expr: `sum by (pod) (redis_blocked_clients${CLUSTER})`, legend: '{{pod}}' }],
        },
      ],
    },
  ],
};
