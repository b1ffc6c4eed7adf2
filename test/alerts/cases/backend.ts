import { type Case, GONE, grows } from '../case';

const job = { job: 'backend' };
const pod = { ...job, pod: '10.244.0.5' };
const on = (metric: string, more = '') => `${metric}{job="backend",pod="10.244.0.5"${more}}`;

export const cases: readonly Case[] = [
  {
    alert: 'BackendDown',
    series: { [on('up')]: [1, GONE] },
    labels: job,
    summary: '0 pods of the backend answer.',
  },
  {
    alert: 'BackendOutboxWaits',
    series: { [on('bss_outbox_oldest_seconds')]: [0, 120] },
    labels: job,
    summary: 'The oldest event in the outbox has waited 2m 0s for Kafka.',
  },
  {
    alert: 'BackendOutboxGrows',
    series: { [on('bss_outbox_pending')]: grows(0, 100) },
    labels: job,
    summary: '3000 events wait in the outbox, and there are more and more.',
  },
  {
    alert: 'BackendEventsRefused',
    series: { [on('bss_outbox_refused')]: [0, 2] },
    labels: job,
    summary: '2 events are set aside: Kafka has refused them for themselves.',
  },
  {
    alert: 'BackendDeadLetters',
    series: { [on('bss_kafka_consumed_total', ',consumer="billing",outcome="dead"')]: grows(0, 1) },
    labels: { ...job, consumer: 'billing' },
    summary: 'billing could not take 15 events in 15 minutes.',
  },
  {
    alert: 'BackendConsumerRetries',
    series: { [on('bss_consumer_retries_total', ',consumer="billing"')]: grows(0, 60) },
    labels: { ...job, consumer: 'billing' },
    summary: 'billing tries events again 1.00 times a second.',
  },
  {
    alert: 'BackendCacheAway',
    series: {
      [on('bss_cache_requests_total', ',result="away"')]: grows(0, 600),
      [on('bss_cache_requests_total', ',result="hit"')]: grows(600, 0),
    },
    labels: job,
    summary: '100% of the looks into the cache found it away.',
  },
  {
    alert: 'BackendMemoryHigh',
    series: { [on('process_resident_memory_bytes')]: [2e8, 5e8] },
    labels: pod,
    summary: '10.244.0.5 takes 476.8MiB of at most 512MiB.',
  },
  {
    alert: 'BackendEventLoopSlow',
    series: { [on('nodejs_eventloop_lag_p99_seconds')]: [0.01, 0.8] },
    labels: pod,
    summary: 'The event loop of 10.244.0.5 is 800ms late.',
  },
];
