import { type Case, type Counter, grows, SILENT } from '../case';

/** Ten requests a second, of which so many in a minute are bad. */
const requests = (bad: number) => ({ well: grows(600, 600 - bad), bad: grows(0, bad) });
const api = (code: number) => `kong_http_requests_total{job="kong",service="api",code="${code}"}`;
/** A histogram: how many came in time, and how many there were. */
const within = (name: string, bound: string, labels: string, bad: number): Record<string, Counter> => ({
  [`${name}_bucket{${labels},le="${bound}"}`]: requests(bad).well,
  [`${name}_count{${labels}}`]: grows(600, 600),
});
// With and without the zero that the newer Prometheus adds.
const latency = (bad: number) => within('kong_request_latency_ms', '250.0', 'service="api"', bad);
const effect = (bad: number) => within('bss_event_delay_seconds', '5', 'consumer="billing"', bad);

const FAST = { minutes: [60, 120, 120] } as const;
const SLOW = { minutes: [60, 480, 480], step: 5 } as const;

export const cases: readonly Case[] = [
  {
    alert: 'ApiAvailabilityBudgetBurnsFast',
    series: { [api(200)]: requests(60).well, [api(503)]: requests(60).bad },
    labels: { slo: 'api-availability' },
    summary: 'There are 100.0 times as many answers of the API that fail as the 0.1 % that are allowed for.',
    ...FAST,
  },
  {
    alert: 'ApiAvailabilityBudgetBurnsFast',
    // One request a minute, and each twentieth fails.
    series: { [api(200)]: grows(1, 0.95), [api(503)]: grows(0, 0.05) },
    summary: SILENT,
    ...FAST,
  },
  {
    alert: 'ApiAvailabilityBudgetBurnsSlowly',
    series: { [api(200)]: requests(1).well, [api(503)]: requests(1).bad },
    labels: { slo: 'api-availability' },
    summary:
      'For days there have been 1.5 times as many answers of the API that fail as the 0.1 % that are allowed for.',
    ...SLOW,
  },
  {
    alert: 'ApiLatencyBudgetBurnsFast',
    series: latency(300),
    labels: { slo: 'api-latency' },
    summary:
      'There are 50.0 times as many answers of the API that take more than 250 ms as the 1 % that are allowed for.',
    ...FAST,
  },
  {
    alert: 'ApiLatencyBudgetBurnsSlowly',
    series: latency(10),
    labels: { slo: 'api-latency' },
    summary:
      'For days there have been 1.5 times as many answers of the API that take more than 250 ms as the 1 % that are allowed for.',
    ...SLOW,
  },
  {
    alert: 'EventEffectBudgetBurnsFast',
    series: effect(300),
    labels: { slo: 'effect' },
    summary:
      'There are 50.0 times as many changes whose effect comes after more than 5 s or never as the 1 % that are allowed for.',
    ...FAST,
  },
  {
    alert: 'EventEffectBudgetBurnsFast',
    // Each one that has an effect has it in time, and as many have none.
    series: { ...effect(0), 'bss_kafka_consumed_total{consumer="billing",outcome="dead"}': grows(0, 600) },
    labels: { slo: 'effect' },
    summary:
      'There are 50.0 times as many changes whose effect comes after more than 5 s or never as the 1 % that are allowed for.',
    ...FAST,
  },
  {
    alert: 'EventEffectBudgetBurnsSlowly',
    series: effect(10),
    labels: { slo: 'effect' },
    summary:
      'For days there have been 1.5 times as many changes whose effect comes after more than 5 s or never as the 1 % that are allowed for.',
    ...SLOW,
  },
];
