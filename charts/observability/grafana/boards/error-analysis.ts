import { GATEWAY_LIMITS } from '../../rules/gateway';
import type { Board } from './board';
import { orZero, perSecond, share, total, within } from './promql';

const ALL = 'kong_http_requests_total';
const FAILED = `${ALL}{code=~"5.."}`;
/** As the alert counts: what is above a limit is nobody's mistake. */
const REFUSED = `${ALL}{code=~"4..",code!="429"}`;
const KEYS = `${ALL}{code=~"401|403",source="kong"}`;
const BACKEND = 'http_server_requests_seconds_count';

const of = (part: string, by: string) => share(perSecond(part, by), perSecond(ALL, by));

/** What goes wrong at the gateway, and who is to blame: the platform for 5xx, its clients for 4xx. */
export const errorAnalysis: Board = {
  uid: 'error-analysis',
  title: 'Error Analysis',
  folder: 'Gateway',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Answers that fail',
          description: 'Of 500 to 599, of the service that has most of them.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [{ expr: `max(${of(FAILED, 'service')})` }],
          thresholds: { critical: GATEWAY_LIMITS.failing },
        },
        {
          title: 'Requests that are refused',
          description:
            'Answered with 400 to 499 without 429, of the service that has most of them: a client, or the API, was changed.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [{ expr: `max(${of(REFUSED, 'service')})` }],
          thresholds: { warning: GATEWAY_LIMITS.refused },
        },
        {
          title: 'Without a valid key or address',
          description: 'Requests a second. Somebody tries keys, or a client has one that was taken away.',
          unit: 'reqps',
          kind: 'stat',
          width: 6,
          queries: [{ expr: total(perSecond(KEYS)) }],
          thresholds: { warning: GATEWAY_LIMITS.withoutKey },
        },
        {
          title: 'Failures of the backend in an hour',
          description:
            'As it counts itself. Where the gateway has more, requests do not reach the backend, or not in time.',
          unit: 'none',
          kind: 'stat',
          width: 6,
          queries: [{ expr: total(within('1h', `${BACKEND}{outcome="SERVER_ERROR"}`)) }],
          thresholds: { warning: 1 },
        },
      ],
    },
    {
      title: 'Failures: 5xx',
      panels: [
        {
          title: 'Share that fails, of each service',
          description: 'Where one is alone, the service is broken. Where all are, it is the gateway or the network.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [{ expr: of(FAILED, 'service'), legend: '{{service}}' }],
          thresholds: { critical: GATEWAY_LIMITS.failing },
        },
        {
          title: 'Who answered',
          description:
            '`service`: the service was reached and failed; its log says more. `gateway`: the service is away or too slow, so the gateway answered.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            { expr: total(perSecond(`${ALL}{code=~"5..",source="service"}`)), legend: 'service' },
            { expr: total(perSecond(`${ALL}{code=~"5..",source="kong"}`)), legend: 'gateway' },
          ],
        },
        {
          title: 'By route',
          description: 'Failures a second. One route alone has a bug behind it.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [{ expr: orZero(perSecond(FAILED, 'route'), perSecond(ALL, 'route')), legend: '{{route}}' }],
        },
        {
          title: 'Failures inside of the backend',
          description: 'A second, by request. 503 is what it answers while the database is away.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            {
              expr: orZero(
                perSecond(`${BACKEND}{outcome="SERVER_ERROR"}`, 'method, uri'),
                perSecond(BACKEND, 'method, uri'),
              ),
              legend: '{{method}} {{uri}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Refusals: 4xx',
      panels: [
        {
          title: 'Share that is refused, of each service',
          description: 'Without 429. A step after a release is ours; a slow growth is a client that was changed.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [{ expr: of(REFUSED, 'service'), legend: '{{service}}' }],
          thresholds: { warning: GATEWAY_LIMITS.refused },
        },
        {
          title: 'By what they are',
          description:
            'Requests a second: bodies that are wrong (400, 422), keys (401, 403), what is not there (404), and what something else has changed (409).',
          unit: 'reqps',
          kind: 'timeseries',
          queries: ['400|422', '401|403', '404', '409'].map((codes) => ({
            expr: total(perSecond(`${ALL}{code=~"${codes}"}`)),
            legend: codes.replace('|', ', '),
          })),
        },
      ],
    },
    {
      title: 'Most often',
      panels: [
        {
          title: 'Answers that were no success in an hour',
          description:
            'The ten most frequent. `kong` as source means that the gateway answered by itself. One line of 0 means that there were none.',
          unit: 'none',
          kind: 'table',
          width: 24,
          queries: [
            {
              expr: `topk(10, sum by (service, route, code, source) (increase(${ALL}{code=~"[45].."}[1h]))) or on () vector(0)`,
              legend: 'Answers',
            },
          ],
        },
      ],
    },
  ],
};
