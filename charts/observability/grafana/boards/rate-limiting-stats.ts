import type { Environment } from '../../../environment';
import { GATEWAY_LIMITS } from '../../rules/gateway';
import type { Board } from './board';
import { mean, orZero, perSecond, share, total, within } from './promql';

const ALL = 'kong_http_requests_total';
const LIMITED = `${ALL}{code="429",source="kong"}`;
const REFUSED = `${ALL}{code=~"401|403",source="kong"}`;
const COUNTERS = '{job="redis"}';

/** Who is stopped at the gateway, and whether its counters work. */
export const rateLimitingStats = ({ kong }: Pick<Environment, 'kong'>): Board => ({
  uid: 'rate-limiting-stats',
  title: 'Rate Limiting Stats',
  folder: 'Gateway',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Above the limit',
          description: `Requests a second that are answered with 429. Each consumer of the API has ${kong.requestsPerMinute} a minute, and each page of operators.`,
          unit: 'reqps',
          kind: 'stat',
          width: 6,
          queries: [{ expr: total(perSecond(LIMITED)) }],
          thresholds: { warning: GATEWAY_LIMITS.limited },
        },
        {
          title: 'Of all requests',
          description:
            'The share that is above the limit. A little is a client in a hurry; most of them is one in a loop.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [{ expr: share(perSecond(LIMITED), perSecond(ALL)) }],
          thresholds: { warning: GATEWAY_LIMITS.refused },
        },
        {
          title: 'Above the limit today',
          description: 'Requests in 24 hours. Those of yesterday that came in one minute are seen here alone.',
          unit: 'none',
          kind: 'stat',
          width: 6,
          queries: [{ expr: total(within('1d', LIMITED)) }],
        },
        {
          title: 'Server of the counters',
          description:
            '1 while it answers. Without it requests pass, and nothing is limited; a gateway of one pod counts in its own memory.',
          unit: 'none',
          kind: 'stat',
          width: 6,
          queries: [{ expr: `min(redis_up${COUNTERS})` }],
          thresholds: { warning: 1, critical: 1 },
        },
      ],
    },
    {
      title: 'Who is stopped',
      panels: [
        {
          title: 'Requests by what became of them',
          description: 'A second. Where those above the limit grow and the others do not, one consumer asks too often.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            { expr: total(perSecond(`${ALL}{code!="429",code!~"401|403"}`)), legend: 'passed' },
            { expr: total(perSecond(LIMITED)), legend: 'above the limit' },
            { expr: total(perSecond(REFUSED)), legend: 'without a valid key or address' },
          ],
        },
        {
          title: 'Requests a minute',
          description: `Of each service, with those that were refused. The line is the limit of one consumer of the API, and of all users of a page together.`,
          unit: 'reqpm',
          kind: 'timeseries',
          queries: [{ expr: `60 * ${perSecond(ALL, 'service')}`, legend: '{{service}}' }],
          thresholds: { warning: kong.requestsPerMinute },
        },
        {
          title: 'Above the limit, by route',
          description:
            'Requests a second. Which consumer it is, the log of the gateway says: a series for each would cost a fifth of its throughput.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [{ expr: orZero(perSecond(LIMITED, 'route'), perSecond(ALL, 'route')), legend: '{{route}}' }],
        },
        {
          title: 'Above the limit, of each service',
          description: 'The share of its requests.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [{ expr: share(perSecond(LIMITED, 'service'), perSecond(ALL, 'service')), legend: '{{service}}' }],
          thresholds: { warning: GATEWAY_LIMITS.refused },
        },
      ],
    },
    {
      title: 'The counters',
      panels: [
        {
          title: 'Commands of the server',
          description:
            'Several pods of the gateway count here together: two or three for each request. A gateway of one pod uses none.',
          unit: 'ops',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: perSecond(`redis_commands_processed_total${COUNTERS}`), legend: 'commands' }],
        },
        {
          title: 'Time of a command',
          description:
            'On average, inside of the server. Every request to a service with a limit waits as long, and for the way.',
          unit: 'µs',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: mean(`redis_commands_latencies_usec${COUNTERS}`), legend: 'a command' }],
        },
        {
          title: 'Counters',
          description: 'Keys on the server: one for each consumer or page and minute. They go after a minute.',
          unit: 'none',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: total(`sum(redis_db_keys${COUNTERS})`), legend: 'keys' }],
        },
        {
          title: 'Memory of the counters',
          description:
            'The share in use, of the server and of the store inside the gateway. Counters that do not fit are lost, and more requests pass.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [
            {
              expr: `max(redis_memory_used_bytes${COUNTERS} / (redis_memory_max_bytes${COUNTERS} > 0))`,
              legend: 'server',
            },
            {
              expr: 'max(kong_memory_lua_shared_dict_bytes{shared_dict="kong_rate_limiting_counters"} / kong_memory_lua_shared_dict_total_bytes{shared_dict="kong_rate_limiting_counters"})',
              legend: 'gateway',
            },
          ],
        },
        {
          title: 'Counters that were removed to make room',
          description: 'Keys a second. Above 0 the server is too small, and somebody is not limited.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: perSecond(`redis_evicted_keys_total${COUNTERS}`), legend: 'removed' }],
        },
      ],
    },
  ],
});
