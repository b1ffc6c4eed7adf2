import type { Environment } from '../../environment';
import { logs, query } from './commands';
import type { Alert, Group, Recording } from './rule';

/** A promise: how many of `all` are `bad` at most. Both are counted over a time that stands in the place of `$window`. */
interface Promised {
  /** Label `slo`. */
  readonly slo: string;
  /** Of its alerts. */
  readonly title: string;
  readonly percent: number;
  readonly bad: string;
  readonly all: string;
  /** In a sentence: what is bad. */
  readonly failure: string;
  readonly means: string;
  readonly look: readonly string[];
}

const PERIOD = '30d';

/**
 * So fast the budget of 30 days burns: 2 % of it in an hour, 5 % in six hours, 10 % in three days. The short window ends
 * the alert soon after the failures have ended. https://sre.google/workbook/alerting-on-slos/
 */
export const FAST = [
  { rate: 14.4, long: '1h', short: '5m', seconds: 3600 },
  { rate: 6, long: '6h', short: '30m', seconds: 6 * 3600 },
] as const;
export const SLOW = [{ rate: 1, long: '3d', short: '6h' }] as const;
/** So few failures in the long window wake nobody: of one request a minute a single one burns a budget of 0.1 % fast. */
const FEW = 10;
const WINDOWS = ['5m', '30m', '1h', '6h', '3d'] as const;

/** A bound of a histogram as versions 2 and 3 of Prometheus keep it: `5` is `5.0` in the newer one. */
export const le = (bound: number) => `le=~"${bound}(\\\\.0)?"`;
const rate = (series: string) => `sum(rate(${series}[$window]))`;

const EFFECTS = rate('bss_event_delay_seconds_count');
const DEAD = rate('bss_kafka_consumed_total{outcome="dead"}');

const API = 'service="api"';
const FAILURES = query('sum by (route, code, source) (rate(kong_http_requests_total{service="api",code=~"5.."}[5m]))');

/** What is promised, as Prometheus counts it: the API at the gateway, where its clients are, and effects where they happen. */
const promises = ({ objectives: { availability, latency, effect } }: Pick<Environment, 'objectives'>): Promised[] => [
  {
    ...{ slo: 'api-availability', title: 'ApiAvailability', percent: availability.percent },
    bad: `(${rate(`kong_http_requests_total{${API},code=~"5.."}`)} or 0 * ${rate(`kong_http_requests_total{${API}}`)})`,
    all: rate(`kong_http_requests_total{${API}}`),
    failure: 'answers of the API that fail',
    means: 'Clients are answered with 500 to 599.',
    look: [FAILURES, logs('deploy/backend', 'backend')],
  },
  {
    ...{ slo: 'api-latency', title: 'ApiLatency', percent: latency.percent },
    bad: `(${rate(`kong_request_latency_ms_count{${API}}`)} - ${rate(`kong_request_latency_ms_bucket{${API},${le(latency.milliseconds)}}`)})`,
    all: rate(`kong_request_latency_ms_count{${API}}`),
    failure: `answers of the API that take more than ${latency.milliseconds} ms`,
    means: 'Users wait.',
    look: [
      query('histogram_quantile(0.95, sum by (le, uri) (rate(http_server_requests_seconds_bucket[5m])))'),
      query('pgbouncer_pools_client_maxwait_seconds'),
    ],
  },
  {
    ...{ slo: 'effect', title: 'EventEffect', percent: effect.percent },
    // What never has an effect has no delay either.
    bad: `((${EFFECTS} - ${rate(`bss_event_delay_seconds_bucket{${le(effect.seconds)}}`)} or 0 * ${DEAD}) + (${DEAD} or vector(0)))`,
    all: `((${EFFECTS} or 0 * ${DEAD}) + (${DEAD} or vector(0)))`,
    failure: `changes whose effect comes after more than ${effect.seconds} s or never`,
    means: 'What follows from a change, such as a message to the customer or its invoice, is late or missing.',
    look: [
      query('histogram_quantile(0.95, sum by (le, consumer) (rate(bss_event_delay_seconds_bucket[5m])))'),
      query('bss_outbox_oldest_seconds'),
    ],
  },
];

const budgetOf = ({ percent }: Promised) => Number((1 - percent / 100).toFixed(6));

function recordings(promise: Promised): Recording[] {
  const { slo, bad, all } = promise;
  const labels = { slo };
  const over = (window: string, counts: string) => counts.replaceAll('$window', window);
  return [
    ...WINDOWS.map((window) => ({
      record: `slo:burn_rate:${window}`,
      expr: `${over(window, bad)} / ${over(window, all)} / ${budgetOf(promise)}`,
      labels,
    })),
    ...FAST.map(({ long }) => ({ record: `slo:bad:rate${long}`, expr: over(long, bad), labels })),
    { record: 'slo:bad:rate5m', expr: over('5m', bad), labels },
    { record: 'slo:all:rate5m', expr: over('5m', all), labels },
    // Of counts and not of shares: an hour of the night counts less than one of the day. Prometheus looks back as far as it keeps.
    {
      record: 'slo:budget_left:ratio',
      expr:
        `1 - sum_over_time(slo:bad:rate5m{slo="${slo}"}[${PERIOD}]) / ` +
        `sum_over_time(slo:all:rate5m{slo="${slo}"}[${PERIOD}]) / ${budgetOf(promise)}`,
      labels,
    },
  ];
}

function alerts({ slo, title, percent, failure, means, look }: Promised): Alert[] {
  const burns = (windows: typeof FAST | typeof SLOW) =>
    windows
      .map(
        ({ rate, long, short, ...more }) =>
          `slo:burn_rate:${long}{slo="${slo}"} > ${rate} and slo:burn_rate:${short}{slo="${slo}"} > ${rate} ` +
          // Of a platform that is younger than that, a restart is a large share.
          `and slo:all:rate5m{slo="${slo}"} offset ${short}` +
          ('seconds' in more ? ` and slo:bad:rate${long}{slo="${slo}"} * ${more.seconds} > ${FEW}` : ''),
      )
      .join(' or ');
  const budget = `${Number((100 - percent).toFixed(4))} %`;
  return [
    {
      alert: `${title}BudgetBurnsFast`,
      expr: burns(FAST),
      severity: 'critical',
      summary: `There are {{ $value | printf "%.1f" }} times as many ${failure} as the ${budget} that are allowed for.`,
      silences: [`${title}BudgetBurnsSlowly`],
      alike: ['slo'],
      runbook: {
        means: `${means} At this speed the budget of 30 days is gone within days.`,
        look: [query(`slo:budget_left:ratio{slo="${slo}"}`), ...look],
        mend: 'Look first at what else fires: it says why. After a release, go back.',
      },
    },
    {
      alert: `${title}BudgetBurnsSlowly`,
      expr: burns(SLOW),
      severity: 'warning',
      summary: `For days there have been {{ $value | printf "%.1f" }} times as many ${failure} as the ${budget} that are allowed for.`,
      runbook: {
        means: `${means} At this speed the budget is gone before the 30 days are over.`,
        look: [query(`slo:budget_left:ratio{slo="${slo}"}`), ...look],
        mend: 'Find the part that is steadily wrong, and mend it before anything new is built; or promise less.',
      },
    },
  ];
}

/** Objectives, how fast their budgets burn, and how much is left. */
export const slo = (environment: Pick<Environment, 'objectives'>): Group => ({
  name: 'slo',
  rules: promises(environment).flatMap((promise) => [...recordings(promise), ...alerts(promise)]),
});
