import type { Environment } from '../../environment';
import { logs, podsOf, query } from './commands';
import type { Group } from './rule';

/** From where on somebody is told; boards show the same. Seconds, events, shares of the cache's requests. */
export const BACKEND_LIMITS = {
  outboxSeconds: 60,
  outboxEvents: 1000,
  retries: 0.1,
  cacheAway: 0.5,
  memory: 0.9,
  lateSeconds: 0.5,
};

const LOGS = logs('deploy/backend', 'backend');
const PODS = podsOf('backend');

/** The backend: its outbox, its consumers, and itself. */
export const backend = ({ backend: { resources } }: Pick<Environment, 'backend'>): Group => ({
  name: 'backend',
  rules: [
    {
      alert: 'BackendDown',
      expr: 'bss:pods:up{job="backend"} < 1',
      for: '2m',
      severity: 'critical',
      summary: '{{ $value }} pods of the backend answer.',
      silences: ['TargetDown'],
      runbook: {
        means: 'The API is away, and no event is sent or consumed.',
        look: [PODS, LOGS],
        mend: 'The log says what it waits for. After a release, go back.',
      },
    },
    {
      alert: 'BackendOutboxWaits',
      expr: `max by (job) (bss_outbox_oldest_seconds) > ${BACKEND_LIMITS.outboxSeconds}`,
      for: '2m',
      severity: 'critical',
      summary: 'The oldest event in the outbox has waited {{ $value | humanizeDuration }} for Kafka.',
      silences: ['BackendOutboxGrows'],
      runbook: {
        means: 'Changes are stored, and nobody hears of them. Nothing is lost.',
        look: [LOGS, query('bss_outbox_pending'), podsOf('kafka')],
        mend: 'Kafka is away or takes nothing: see its alerts. It is sent in its order when Kafka is back.',
      },
    },
    {
      alert: 'BackendOutboxGrows',
      expr: `max by (job) (bss_outbox_pending) > ${BACKEND_LIMITS.outboxEvents} and max by (job) (deriv(bss_outbox_pending[10m])) > 0`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $value }} events wait in the outbox, and there are more and more.',
      runbook: {
        means: 'More is changed than the relay sends.',
        look: [query('sum by (topic) (rate(bss_kafka_produced_total[5m]))'), LOGS],
        mend: 'One pod sends at a time: look at its CPU, and at how long Kafka takes for a write.',
      },
    },
    {
      alert: 'BackendEventsRefused',
      expr: 'max by (job) (bss_outbox_refused) > 0',
      for: '1m',
      severity: 'warning',
      summary: '{{ $value }} events are set aside: Kafka has refused them for themselves.',
      runbook: {
        means: 'Whoever waits for these events never gets them by itself.',
        look: [LOGS, query('sum by (topic) (increase(bss_kafka_refused_total[1d]))')],
        mend: 'Look at them and send them again: docs/operations.md.',
      },
    },
    {
      alert: 'BackendDeadLetters',
      expr: 'sum by (job, consumer) (increase(bss_kafka_consumed_total{outcome="dead"}[15m])) > 0',
      severity: 'warning',
      summary: '{{ $labels.consumer }} could not take {{ $value | printf "%.0f" }} events in 15 minutes.',
      runbook: {
        means: 'Each had no effect, and lies on `bss.dead-letter.events` with the reason.',
        look: [LOGS, query('sum by (consumer) (increase(bss_kafka_consumed_total{outcome="dead"}[1d]))')],
        mend: 'Mend the cause and give them again: docs/operations.md.',
      },
    },
    {
      alert: 'BackendConsumerRetries',
      expr: `sum by (job, consumer) (rate(bss_consumer_retries_total[5m])) > ${BACKEND_LIMITS.retries}`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.consumer }} tries events again {{ $value | printf "%.2f" }} times a second.',
      runbook: {
        means: 'What it needs does not answer; events of its partitions wait behind.',
        look: [LOGS, PODS],
        mend: 'The log says what fails: the database, most often.',
      },
    },
    {
      alert: 'BackendCacheAway',
      expr: `sum by (job) (rate(bss_cache_requests_total{result="away"}[5m])) / sum by (job) (rate(bss_cache_requests_total[5m])) > ${BACKEND_LIMITS.cacheAway}`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the looks into the cache found it away.',
      runbook: {
        means: 'Answers are right and slower, and the database has the load.',
        look: [podsOf('redis-cluster'), LOGS],
        mend: 'Bring Redis Cluster back. If it is there, see whether the backend may log in: docs/secrets.md.',
      },
    },
    {
      alert: 'BackendMemoryHigh',
      expr: `max by (job, pod) (process_resident_memory_bytes{job="backend"}) > ${Math.floor(BACKEND_LIMITS.memory * resources.memoryLimit.toMebibytes())} * 1024 * 1024`,
      for: '10m',
      severity: 'warning',
      summary: `{{ $labels.pod }} takes {{ $value | humanize1024 }}B of at most ${resources.memoryLimit.asString()}B.`,
      runbook: {
        means: 'Soon it is killed, and its requests with it.',
        look: [query('nodejs_heap_size_used_bytes'), 'kubectl top pod -l app.kubernetes.io/name=backend'],
        mend: 'A leak, if it grows without load: restart it and report it. Otherwise more memory.',
      },
    },
    {
      alert: 'BackendEventLoopSlow',
      expr: `max by (job, pod) (nodejs_eventloop_lag_p99_seconds{job="backend"}) > ${BACKEND_LIMITS.lateSeconds}`,
      for: '5m',
      severity: 'warning',
      summary: 'The event loop of {{ $labels.pod }} is {{ $value | humanizeDuration }} late.',
      runbook: {
        means: 'The process has more to do than a core can: every answer waits.',
        look: [
          'kubectl top pod -l app.kubernetes.io/name=backend',
          query('rate(process_cpu_seconds_total{job="backend"}[5m])'),
        ],
        mend: 'More replicas, or more CPU on the node.',
      },
    },
  ],
});
