import type { Environment } from '../../environment';
import { logs, podsOf, psql } from './commands';
import { serverAway } from './kubernetes';
import type { Group } from './rule';

/** From where on somebody is told; boards show the same. Shares, seconds. */
export const POSTGRES_LIMITS = {
  connections: 0.9,
  transactionSeconds: 1800,
  rollbacks: 0.2,
  inMemory: 0.9,
};

const LOGS = logs('postgres-0', 'postgres');

/** The database server. */
export const postgres = ({ postgres: { maxConnections } }: Pick<Environment, 'postgres'>): Group => ({
  name: 'postgres',
  rules: [
    {
      alert: 'PostgresDown',
      expr: serverAway('pg_up', 'postgres'),
      for: '2m',
      severity: 'critical',
      summary: '{{ $labels.pod }} does not answer.',
      silences: ['TargetDown'],
      runbook: {
        means: 'The backend answers 503 to everything that its cache does not have.',
        look: [podsOf('postgres'), LOGS],
        mend: 'A full volume, or a lost one: docs/recovery.md.',
      },
    },
    {
      alert: 'PostgresConnectionsHigh',
      expr: `sum by (job, pod) (pg_stat_database_numbackends) > ${Math.floor(POSTGRES_LIMITS.connections * maxConnections)}`,
      for: '5m',
      severity: 'warning',
      summary: `{{ $value }} of ${maxConnections} connections are taken.`,
      runbook: {
        means: 'Soon a new client is refused.',
        look: [psql('SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2')],
        mend: 'Synth has counted those of the platform: find who else is connected, and who leaves transactions open.',
      },
    },
    {
      alert: 'PostgresTransactionOpen',
      expr: `max by (job, pod, datname) (pg_stat_activity_max_tx_duration{datname!=""}) > ${POSTGRES_LIMITS.transactionSeconds}`,
      for: '5m',
      severity: 'warning',
      summary: 'A transaction in {{ $labels.datname }} has been open for {{ $value | humanizeDuration }}.',
      runbook: {
        means: 'Nothing that was deleted since can be cleaned up, and its locks hold others up.',
        look: [psql('SELECT pid, usename, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start LIMIT 5')],
        mend: 'Find its owner. Ending it undoes what it did: `SELECT pg_terminate_backend(pid)`. A backup may take so long.',
      },
    },
    {
      alert: 'PostgresDeadlocks',
      expr: 'sum by (job, datname) (increase(pg_stat_database_deadlocks[10m])) > 5',
      severity: 'warning',
      summary: '{{ $value | printf "%.0f" }} deadlocks in {{ $labels.datname }} within 10 minutes.',
      runbook: {
        means: 'Each has failed a transaction, which the backend tries again.',
        look: [LOGS],
        mend: 'The log has both statements: rows are locked in two orders.',
      },
    },
    {
      alert: 'PostgresRollbacks',
      expr:
        'sum by (job, datname) (rate(pg_stat_database_xact_rollback[5m])) / ' +
        `(sum by (job, datname) (rate(pg_stat_database_xact_commit[5m])) + sum by (job, datname) (rate(pg_stat_database_xact_rollback[5m]))) > ${POSTGRES_LIMITS.rollbacks} ` +
        'and sum by (job, datname) (rate(pg_stat_database_xact_rollback[5m])) > 1',
      for: '10m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the transactions in {{ $labels.datname }} are given up.',
      runbook: {
        means: 'Work is done and thrown away: conflicts, time limits, or wrong statements.',
        look: [LOGS, psql('SELECT datname, conflicts, deadlocks FROM pg_stat_database')],
        mend: 'The log has the statements that failed.',
      },
    },
    {
      alert: 'PostgresReadsFromDisk',
      expr:
        'sum by (job, datname) (rate(pg_stat_database_blks_hit[10m])) / ' +
        `(sum by (job, datname) (rate(pg_stat_database_blks_hit[10m])) + sum by (job, datname) (rate(pg_stat_database_blks_read[10m]))) < ${POSTGRES_LIMITS.inMemory} ` +
        'and sum by (job, datname) (rate(pg_stat_database_blks_read[10m])) > 500',
      for: '15m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the pages of {{ $labels.datname }} were in memory.',
      runbook: {
        means: 'What is asked for does not fit into memory any more, or a query reads whole tables.',
        look: [psql('SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables ORDER BY 3 DESC LIMIT 5')],
        mend: 'PgHero names slow queries and missing indexes. Otherwise more memory.',
      },
    },
  ],
});
