import { logs, podsOf, query } from './commands';
import type { Group, Runbook } from './rule';

/** From where on somebody is told; boards show the same. Shares of requests, requests a second, milliseconds. */
export const GATEWAY_LIMITS = {
  failing: 0.05,
  refused: 0.25,
  limited: 1,
  withoutKey: 1,
  unrouted: 50,
  milliseconds: 1000,
};

const LOGS = logs('deploy/kong', 'kong');

/** From so many requests a second on a share says something. */
const ENOUGH = 'and bss:gateway_requests:rate5m > 0.2';

const failing = (service: string) =>
  `sum by (job, service) (rate(kong_http_requests_total{${service},code=~"5.."}[5m])) / bss:gateway_requests:rate5m > ${GATEWAY_LIMITS.failing} ${ENOUGH}`;

const serverErrors: Runbook = {
  means: 'Clients get an answer of 500 to 599, from the service or, where it does not answer, from the gateway.',
  look: [query('sum by (service, code, source) (rate(kong_http_requests_total{code=~"5.."}[5m]))'), LOGS],
  mend: '`source="kong"` means that the service is away or too slow; otherwise its own log says more.',
};

/** The gateway, by Kong's own figures. Requests that match no route are in none of the series by service. */
export const gateway: Group = {
  name: 'gateway',
  rules: [
    { record: 'bss:gateway_requests:rate5m', expr: 'sum by (job, service) (rate(kong_http_requests_total[5m]))' },
    {
      alert: 'GatewayDown',
      expr: 'bss:pods:up{job="kong"} < 1',
      for: '1m',
      severity: 'critical',
      summary: '{{ $value }} pods of the gateway answer.',
      silences: ['TargetDown', 'KongUnroutedRequests'],
      runbook: {
        means: 'Nobody reaches the platform from outside.',
        look: [podsOf('kong'), LOGS],
        mend: 'The log says what Kong does not like in its configuration: go back to the one before.',
      },
    },
    {
      alert: 'KongApiErrors',
      expr: failing('service="api"'),
      for: '5m',
      severity: 'critical',
      summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} fail.',
      runbook: serverErrors,
    },
    {
      alert: 'KongServerErrors',
      expr: failing('service!="api"'),
      for: '5m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} fail.',
      runbook: serverErrors,
    },
    {
      alert: 'KongClientErrors',
      expr:
        `sum by (job, service) (rate(kong_http_requests_total{code=~"4..",code!="429"}[5m])) / bss:gateway_requests:rate5m > ${GATEWAY_LIMITS.refused} ` +
        'and bss:gateway_requests:rate5m > 1',
      for: '10m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} are refused as wrong.',
      runbook: {
        means: 'A client was changed, or the API was, and they do not fit any more.',
        look: [query('sum by (service, route, code) (rate(kong_http_requests_total{code=~"4.."}[5m]))'), LOGS],
        mend: 'Find the consumer in the log. After a release of ours, go back.',
      },
    },
    {
      alert: 'KongRateLimited',
      expr: `sum by (job, service) (rate(kong_http_requests_total{code="429",source="kong"}[5m])) > ${GATEWAY_LIMITS.limited}`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $value | printf "%.2f" }} requests a second to {{ $labels.service }} are above the limit.',
      runbook: {
        means: 'A consumer asks more often than `kong.requestsPerMinute` allows, and is answered with 429.',
        look: [LOGS, query('sum by (service, code) (rate(kong_http_requests_total[5m]))')],
        mend: 'Find the consumer in the log, and ask what it does. Raise the limit only if the backend can take it.',
      },
    },
    {
      alert: 'KongKeysRefused',
      expr: `sum by (job, service) (rate(kong_http_requests_total{code=~"401|403",source="kong"}[5m])) > ${GATEWAY_LIMITS.withoutKey}`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $value | printf "%.2f" }} requests a second to {{ $labels.service }} have no valid key or address.',
      runbook: {
        means: 'Somebody tries keys, or a client still has a key that was taken away.',
        look: [LOGS, podsOf('kong')],
        mend: 'The log has the address. A client of ours needs the new key: docs/secrets.md.',
      },
    },
    {
      alert: 'KongSlow',
      expr: `histogram_quantile(0.95, sum by (job, service, le) (rate(kong_request_latency_ms_bucket{service="api"}[5m]))) > ${GATEWAY_LIMITS.milliseconds} ${ENOUGH}`,
      for: '10m',
      severity: 'warning',
      summary: 'One request in twenty to {{ $labels.service }} takes {{ $value | printf "%.0f" }} ms or more.',
      runbook: {
        means: 'Users wait.',
        look: [
          query('histogram_quantile(0.95, sum by (le) (rate(kong_upstream_latency_ms_bucket{service="api"}[5m])))'),
          query('histogram_quantile(0.95, sum by (le) (rate(kong_kong_latency_ms_bucket{service="api"}[5m])))'),
        ],
        mend: 'The first figure is the backend and what it waits for, the second the gateway and its counters.',
      },
    },
    {
      alert: 'KongCountersAway',
      expr: '(max by (job) (redis_up{job="redis"}) or bss:pods:up{job="redis"}) == 0',
      for: '2m',
      severity: 'warning',
      summary: '{{ $value }} servers answer that the gateway counts in.',
      silences: ['TargetDown'],
      runbook: {
        means: 'Requests pass, and nothing is limited.',
        look: [podsOf('redis'), logs('deploy/redis', 'redis')],
        mend: 'Bring Redis back; the counters begin at 0.',
      },
    },
    {
      alert: 'KongUnroutedRequests',
      expr:
        'sum by (job) (rate(kong_nginx_requests_total[5m])) - ' +
        `(sum by (job) (rate(kong_http_requests_total[5m])) or bss:pods:up{job="kong"} * 0) > ${GATEWAY_LIMITS.unrouted}`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $value | printf "%.0f" }} requests a second are for no route of the gateway.',
      runbook: {
        means: 'Somebody searches, or a client has the wrong address. They are answered with 404 and cost CPU.',
        look: [LOGS, 'kubectl top pod -l app.kubernetes.io/name=kong'],
        mend: 'The log has addresses and paths. Keep strangers away before the gateway.',
      },
    },
    {
      alert: 'KongDatastoreUnreachable',
      expr: 'min by (job, pod) (kong_datastore_reachable) == 0',
      for: '2m',
      severity: 'warning',
      summary: '{{ $labels.pod }} does not reach the database with the configuration.',
      runbook: {
        means: 'It goes on with what it has. A new pod does not start without it.',
        look: [podsOf('kong-db'), 'kubectl logs kong-db-0'],
        mend: 'Bring the database back, and restart no gateway before.',
      },
    },
    {
      alert: 'KongCannotCount',
      expr: 'sum by (job) (increase(kong_nginx_metric_errors_total[15m])) > 0',
      for: '5m',
      severity: 'warning',
      summary: '{{ $value | printf "%.0f" }} figures of the gateway were lost in 15 minutes.',
      runbook: {
        means: 'The memory for metrics is full: alerts and boards of the gateway show too little.',
        look: [query('kong_memory_lua_shared_dict_bytes{shared_dict="prometheus_metrics"}'), LOGS],
        mend: 'Restart the gateway, and see which label has so many values.',
      },
    },
  ],
};
