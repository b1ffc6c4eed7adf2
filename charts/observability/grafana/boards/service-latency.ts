import type { Environment } from '../../../environment';
import { BACKEND_LIMITS } from '../../rules/backend';
import { GATEWAY_LIMITS } from '../../rules/gateway';
import { le } from '../../rules/slo';
import type { Board } from './board';
import { mean, perSecond, quantile, share } from './promql';

const API = '{service="api"}';
const [REQUEST, UPSTREAM, KONG] = ['kong_request_latency_ms', 'kong_upstream_latency_ms', 'kong_kong_latency_ms'];
/** What is called quick; four times as much is still tolerated. Both are bounds that Kong counts by. */
const QUICK_MILLISECONDS = 250;
const TOLERATED_MILLISECONDS = 4 * QUICK_MILLISECONDS;

const all = perSecond(`${REQUEST}_count${API}`);
const upTo = (milliseconds: number) => perSecond(`${REQUEST}_bucket{service="api",${le(milliseconds)}}`);

/** How long clients wait, and for whom. */
export const serviceLatency = ({ objectives: { latency } }: Pick<Environment, 'objectives'>): Board => ({
  uid: 'service-latency',
  title: 'Service Latency',
  folder: 'Gateway',
  rows: [
    {
      title: 'The API',
      panels: [
        {
          title: '95 of 100 requests within',
          description: 'From the first byte that a client sends to the last that it gets.',
          unit: 'ms',
          kind: 'stat',
          width: 5,
          queries: [{ expr: quantile(95, `${REQUEST}${API}`) }],
          thresholds: { warning: GATEWAY_LIMITS.milliseconds },
        },
        {
          title: 'Of that, the backend',
          description:
            '95 of 100 times the backend had answered within this. If it is most of the time, look there and at the database.',
          unit: 'ms',
          kind: 'stat',
          width: 5,
          queries: [{ expr: quantile(95, `${UPSTREAM}${API}`) }],
        },
        {
          title: 'Of that, the gateway',
          description:
            '95 of 100 times its plugins took no more than this. If it grows, counters in Redis answer late, or it has too little CPU.',
          unit: 'ms',
          kind: 'stat',
          width: 5,
          queries: [{ expr: quantile(95, `${KONG}${API}`) }],
        },
        {
          title: `Answers within ${latency.milliseconds} ms`,
          description: `${latency.percent} % are promised. BSS Overview Dashboard says how much of the budget is left.`,
          unit: 'percentunit',
          kind: 'stat',
          width: 5,
          queries: [{ expr: `1 - (${share(`${all} - ${upTo(latency.milliseconds)}`, all)})` }],
          thresholds: { warning: latency.percent / 100, critical: latency.percent / 100 },
        },
        {
          title: 'Apdex',
          description: `1 when all are answered within ${QUICK_MILLISECONDS} ms; those within ${TOLERATED_MILLISECONDS} ms count half. Above 0.94 users are content.`,
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `(${upTo(QUICK_MILLISECONDS)} + ${upTo(TOLERATED_MILLISECONDS)}) / 2 / (${all} > 0)` }],
          thresholds: { warning: 0.85, critical: 0.7 },
        },
        {
          title: 'Time of a request',
          description:
            'If only the 99 grow, a few are slow: one kind of request, or one pod. If all grow, everything is.',
          unit: 'ms',
          kind: 'timeseries',
          queries: [50, 95, 99].map((percent) => ({
            expr: quantile(percent, `${REQUEST}${API}`),
            legend: `${percent} of 100`,
          })),
          thresholds: { warning: GATEWAY_LIMITS.milliseconds },
        },
        {
          title: 'Where the time goes, on average',
          description:
            'The backend with what it waits for, and the gateway with its plugins. What is missing to a whole request is the network to the client.',
          unit: 'ms',
          kind: 'timeseries',
          queries: [
            { expr: mean(`${REQUEST}${API}`), legend: 'whole request' },
            { expr: mean(`${UPSTREAM}${API}`), legend: 'backend' },
            { expr: mean(`${KONG}${API}`), legend: 'gateway' },
          ],
        },
      ],
    },
    {
      title: 'Every service',
      panels: [
        {
          title: 'Whole requests',
          description:
            '95 of 100 within this. Pages of operators may take seconds: they ask slow systems. A service without requests has no line.',
          unit: 'ms',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: quantile(95, REQUEST, 'service'), legend: '{{service}}' }],
        },
        {
          title: 'Services',
          description: '95 of 100 times a service had answered within this.',
          unit: 'ms',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: quantile(95, UPSTREAM, 'service'), legend: '{{service}}' }],
        },
        {
          title: 'The gateway, for each service',
          description:
            '95 of 100 times its plugins took no more than this. Services with a limit wait for the counters as well.',
          unit: 'ms',
          kind: 'timeseries',
          width: 8,
          queries: [{ expr: quantile(95, KONG, 'service'), legend: '{{service}}' }],
        },
      ],
    },
    {
      title: 'The backend, as it sees itself',
      panels: [
        {
          title: 'Requests by what they ask',
          description:
            '95 of 100 within this. One that is slower than the others has a slow statement: PgHero names it.',
          unit: 's',
          kind: 'timeseries',
          queries: [
            { expr: quantile(95, 'http_server_requests_seconds', 'method, uri'), legend: '{{method}} {{uri}}' },
          ],
        },
        {
          title: 'Event loop',
          description:
            'How late the process is with what it should do now: of a hundred times the worst. Every answer waits as long.',
          unit: 's',
          kind: 'timeseries',
          queries: [{ expr: 'max by (pod) (nodejs_eventloop_lag_p99_seconds{job="backend"})', legend: '{{pod}}' }],
          thresholds: { warning: BACKEND_LIMITS.lateSeconds },
        },
      ],
    },
  ],
});
