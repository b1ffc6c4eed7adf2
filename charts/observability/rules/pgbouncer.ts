import type { Environment } from '../../environment';
import { logs, podsOf, query } from './commands';
import type { Group } from './rule';

/** From where on somebody is told; boards show the same. Clients, seconds. */
export const PGBOUNCER_LIMITS = { waiting: 20, waitSeconds: 5, clients: 0.9 };

const PODS = podsOf('pgbouncer');
const LOGS = logs('deploy/pgbouncer', 'pgbouncer');

/** The pool before the database. */
export const pgbouncer = ({ pgbouncer: { maxClients, poolSize } }: Pick<Environment, 'pgbouncer'>): Group => ({
  name: 'pgbouncer',
  rules: [
    {
      alert: 'PgBouncerDown',
      expr: 'bss:pods:up{job="pgbouncer"} < 1 or max by (job) (pgbouncer_up) == 0',
      for: '2m',
      severity: 'critical',
      summary: '{{ $value }} pools before the database answer.',
      silences: ['TargetDown'],
      runbook: {
        means: 'With all of them away, applications do not reach the database though it runs.',
        look: [PODS, LOGS],
        mend: 'See why the pod does not run. A wrong password of `pgbouncer` stops every log-in: docs/secrets.md.',
      },
    },
    {
      alert: 'PgBouncerClientsWait',
      expr: `sum by (job, database) (pgbouncer_pools_client_waiting_connections) > ${PGBOUNCER_LIMITS.waiting}`,
      for: '2m',
      severity: 'warning',
      summary: '{{ $value }} clients wait for a connection to {{ $labels.database }}.',
      runbook: {
        means: `All ${poolSize} connections of a pool are busy.`,
        look: [query('pgbouncer_pools_server_active_connections'), query('pgbouncer_pools_client_maxwait_seconds')],
        mend: 'Find the slow statements in PgHero. More connections help only where PostgreSQL has CPU to spare.',
      },
    },
    {
      alert: 'PgBouncerWaitLong',
      expr: `max by (job, database) (pgbouncer_pools_client_maxwait_seconds) > ${PGBOUNCER_LIMITS.waitSeconds}`,
      for: '1m',
      severity: 'critical',
      summary: 'A client waits {{ $value | humanizeDuration }} for a connection to {{ $labels.database }}.',
      runbook: {
        means: 'Requests end in a time limit: users see failures.',
        look: [query('pgbouncer_pools_client_waiting_connections'), LOGS],
        mend: 'Either PostgreSQL is away, or something holds all connections: see open transactions.',
      },
    },
    {
      alert: 'PgBouncerClientsHigh',
      expr:
        'sum by (job, pod) (pgbouncer_pools_client_active_connections) + sum by (job, pod) (pgbouncer_pools_client_waiting_connections) ' +
        `> ${Math.floor(PGBOUNCER_LIMITS.clients * maxClients)}`,
      for: '5m',
      severity: 'warning',
      summary: `{{ $value }} clients of at most ${maxClients} are connected to {{ $labels.pod }}.`,
      runbook: {
        means: 'Soon a new client is refused.',
        look: [query('sum by (database, user) (pgbouncer_pools_client_active_connections)'), PODS],
        mend: 'Find who opens so many. Otherwise raise `pgbouncer.maxClients`, or have more replicas.',
      },
    },
  ],
});
