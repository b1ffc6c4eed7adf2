import { type Case, GONE, grows, SILENT } from '../case';

const job = { job: 'kong' };
const labels = { ...job, service: 'api' };
const api = (code: number) => `kong_http_requests_total{job="kong",service="api",code="${code}",source="kong"}`;
const akhq = (code: number) => api(code).replace('api', 'akhq');
const within = (le: string) => `kong_request_latency_ms_bucket{job="kong",service="api",le="${le}"}`;

export const cases: readonly Case[] = [
  {
    alert: 'GatewayDown',
    series: { 'up{job="kong",pod="10.244.0.7"}': [1, GONE] },
    labels: job,
    summary: '0 pods of the gateway answer.',
  },
  {
    alert: 'KongApiErrors',
    series: { [api(200)]: grows(600, 300), [api(503)]: grows(0, 300) },
    labels,
    summary: '50% of the requests to api fail.',
  },
  {
    alert: 'KongApiErrors',
    // One request a minute.
    series: { [api(200)]: grows(1, 0), [api(503)]: grows(0, 1) },
    summary: SILENT,
  },
  {
    alert: 'KongServerErrors',
    series: { [akhq(200)]: grows(60, 30), [akhq(503)]: grows(0, 30) },
    labels: { ...job, service: 'akhq' },
    summary: '50% of the requests to akhq fail.',
  },
  {
    alert: 'KongServerErrors',
    // Somebody who looks at a page that is away.
    series: { [akhq(200)]: grows(0, 0), [akhq(503)]: grows(0, 2) },
    summary: SILENT,
  },
  {
    alert: 'KongClientErrors',
    series: { [api(200)]: grows(600, 300), [api(404)]: grows(0, 300) },
    labels,
    summary: '50% of the requests to api are refused as wrong.',
  },
  {
    alert: 'KongRateLimited',
    series: { [api(429)]: grows(0, 120) },
    labels,
    summary: '2.00 requests a second to api are above the limit.',
  },
  {
    alert: 'KongKeysRefused',
    series: { [api(401)]: grows(0, 120) },
    labels,
    summary: '2.00 requests a second to api have no valid key or address.',
  },
  {
    alert: 'KongSlow',
    series: {
      [api(200)]: grows(600, 600),
      [within('1000.0')]: grows(600, 0),
      [within('2000.0')]: grows(600, 600),
      [within('+Inf')]: grows(600, 600),
    },
    labels,
    summary: 'One request in twenty to api takes 1950 ms or more.',
  },
  {
    alert: 'KongCountersAway',
    series: {
      'redis_up{job="redis",pod="10.244.0.8"}': [1, 0],
      // One that starts while the one before still serves.
      'redis_up{job="redis",pod="10.244.0.9"}': [0, 0],
      'up{job="redis",pod="10.244.0.8"}': [1, 1],
    },
    labels: { job: 'redis' },
    summary: '0 servers answer that the gateway counts in.',
  },
  {
    alert: 'KongUnroutedRequests',
    series: { 'kong_nginx_requests_total{job="kong"}': grows(600, 6000), [api(200)]: grows(600, 600) },
    labels: job,
    summary: '90 requests a second are for no route of the gateway.',
  },
  {
    alert: 'KongDatastoreUnreachable',
    series: { 'kong_datastore_reachable{job="kong",pod="10.244.0.7"}': [1, 0] },
    labels: { ...job, pod: '10.244.0.7' },
    summary: '10.244.0.7 does not reach the database with the configuration.',
  },
  {
    alert: 'KongCannotCount',
    series: { 'kong_nginx_metric_errors_total{job="kong"}': grows(0, 1) },
    labels: job,
    summary: '15 figures of the gateway were lost in 15 minutes.',
  },
];
