import type { Environment } from '../../../environment';
import { GATEWAY_LIMITS } from '../../rules/gateway';
import type { Board } from './board';
import { perSecond, quantile, share, total, within } from './promql';

const REQUESTS = 'kong_http_requests_total';
const CLASSES = { '2': 'done', '3': 'elsewhere', '4': 'refused', '5': 'failed' };

/** What comes in, and whether it is answered. */
export const apiGatewayOverview = ({ kong: { replicas } }: Pick<Environment, 'kong'>): Board => ({
  uid: 'api-gateway-overview',
  title: 'API Gateway Overview',
  folder: 'Gateway',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Pods that answer',
          description: `There are ${replicas}. Without any nobody reaches the platform.`,
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [{ expr: 'bss:pods:up{job="kong"}' }],
          thresholds: { warning: replicas, critical: 1 },
        },
        {
          title: 'Requests',
          description: 'Of all services together. None at all at a time of day that usually has some is bad.',
          unit: 'reqps',
          kind: 'stat',
          width: 4,
          queries: [{ expr: total(perSecond(REQUESTS)) }],
        },
        {
          title: 'Answers that fail',
          description: 'Of 500 to 599, of the service that has most of them. Error Analysis says where they come from.',
          unit: 'percentunit',
          kind: 'stat',
          width: 4,
          queries: [
            {
              expr: `max(${share(perSecond(`${REQUESTS}{code=~"5.."}`, 'service'), perSecond(REQUESTS, 'service'))})`,
            },
          ],
          thresholds: { critical: GATEWAY_LIMITS.failing },
        },
        {
          title: 'API, 95 of 100 within',
          description:
            'From the first byte that a client sends to the last that it gets. Service Latency says where it goes.',
          unit: 'ms',
          kind: 'stat',
          width: 4,
          queries: [{ expr: quantile(95, 'kong_request_latency_ms{service="api"}') }],
          thresholds: { warning: GATEWAY_LIMITS.milliseconds },
        },
        {
          title: 'Above the limit',
          description: 'Requests a second that are answered with 429. Rate Limiting Stats says of which service.',
          unit: 'reqps',
          kind: 'stat',
          width: 4,
          queries: [{ expr: total(perSecond(`${REQUESTS}{code="429",source="kong"}`)) }],
          thresholds: { warning: GATEWAY_LIMITS.limited },
        },
        {
          title: 'For no route',
          description:
            'Requests a second that no route takes, answered with 404: a wrong address, or somebody who searches. They are in no other panel.',
          unit: 'reqps',
          kind: 'stat',
          width: 4,
          queries: [
            {
              expr: `clamp_min(${perSecond('kong_nginx_requests_total')} - (${total(perSecond(REQUESTS))}), 0)`,
            },
          ],
          thresholds: { warning: GATEWAY_LIMITS.unrouted },
        },
      ],
    },
    {
      title: 'Traffic',
      panels: [
        {
          title: 'Requests by service',
          description:
            'What the gateway passes on or refuses itself. `api` is the backend; the others are pages of operators.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [{ expr: perSecond(REQUESTS, 'service'), legend: '{{service}}' }],
        },
        {
          title: 'Answers by class',
          description:
            'By the first digit of the status. Failed ones are of the platform, refused ones of its clients.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: Object.entries(CLASSES).map(([digit, meaning]) => ({
            expr: total(perSecond(`${REQUESTS}{code=~"${digit}.."}`)),
            legend: `${digit}xx, ${meaning}`,
          })),
        },
        {
          title: 'Requests by route',
          description: 'A route is a path that is public. One without requests has no line.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [{ expr: perSecond(REQUESTS, 'route'), legend: '{{route}}' }],
        },
        {
          title: 'Traffic in bytes',
          description: 'With headers. Ingress is what clients send, egress what they get.',
          unit: 'Bps',
          kind: 'timeseries',
          queries: [{ expr: perSecond('kong_bandwidth_bytes', 'direction'), legend: '{{direction}}' }],
        },
      ],
    },
    {
      title: 'The gateway itself',
      panels: [
        {
          title: 'Connections',
          description:
            'Waiting ones are kept by clients for their next request. Many that are written to are slow clients.',
          unit: 'none',
          kind: 'timeseries',
          queries: [
            {
              expr: 'sum by (state) (kong_nginx_connections_total{state=~"active|reading|writing|waiting"})',
              legend: '{{state}}',
            },
          ],
        },
        {
          title: 'Memory of the workers',
          description: 'Of their Lua programs. It grows with the configuration, and should not grow with time.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (pod) (kong_memory_workers_lua_vms_bytes)', legend: '{{pod}}' }],
        },
        {
          title: 'Shared memory in use',
          description:
            'Of each store that workers share. A full store of metrics or counters loses figures; a full cache is only slower.',
          unit: 'percentunit',
          kind: 'bargauge',
          queries: [
            {
              expr: 'max by (shared_dict) (kong_memory_lua_shared_dict_bytes / kong_memory_lua_shared_dict_total_bytes)',
              legend: '{{shared_dict}}',
            },
          ],
        },
        {
          title: 'Figures that were lost in an hour',
          description: 'Above 0, boards and alerts of the gateway show too little: its memory for metrics is full.',
          unit: 'none',
          kind: 'stat',
          width: 6,
          queries: [{ expr: total(within('1h', 'kong_nginx_metric_errors_total')) }],
          thresholds: { warning: 1 },
        },
        {
          title: 'Configuration can be read',
          description:
            '1 while every pod reaches its database, and always 1 where there is none. Without it no pod starts.',
          unit: 'none',
          kind: 'stat',
          width: 6,
          queries: [{ expr: 'min(kong_datastore_reachable)' }],
          thresholds: { warning: 1, critical: 1 },
        },
      ],
    },
  ],
});
