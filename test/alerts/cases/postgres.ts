import { type Case, grows, ready, SILENT } from '../case';

const server = { job: 'postgres', pod: 'postgres-0' };
const database = { job: 'postgres', datname: 'bss' };
const on = (metric: string, more = '') => `${metric}{job="postgres",pod="postgres-0"${more}}`;
const of = (metric: string) => on(metric, ',datname="bss"');

export const cases: readonly Case[] = [
  {
    alert: 'PostgresDown',
    series: { [on('pg_up')]: [1, 0], [on('up')]: [1, 1] },
    labels: server,
    summary: 'postgres-0 does not answer.',
  },
  {
    alert: 'PostgresDown',
    series: { [on('up')]: [1, 0], ...ready('postgres-0', 'postgres', [1, 0]) },
    labels: server,
    summary: 'postgres-0 does not answer.',
  },
  {
    alert: 'PostgresDown',
    // What tells its metrics has failed, and nothing else.
    series: { [on('up')]: [1, 0], ...ready('postgres-0', 'postgres', [1, 1]) },
    summary: SILENT,
  },
  {
    alert: 'PostgresConnectionsHigh',
    series: { [of('pg_stat_database_numbackends')]: [20, 95] },
    labels: server,
    summary: '95 of 100 connections are taken.',
  },
  {
    alert: 'PostgresTransactionOpen',
    series: { [of('pg_stat_activity_max_tx_duration')]: [1, 3600] },
    labels: { ...database, pod: 'postgres-0' },
    summary: 'A transaction in bss has been open for 1h 0m 0s.',
  },
  {
    alert: 'PostgresDeadlocks',
    series: { [of('pg_stat_database_deadlocks')]: grows(0, 1) },
    labels: database,
    summary: '10 deadlocks in bss within 10 minutes.',
  },
  {
    alert: 'PostgresRollbacks',
    series: {
      [of('pg_stat_database_xact_commit')]: grows(600, 300),
      [of('pg_stat_database_xact_rollback')]: grows(0, 300),
    },
    labels: database,
    summary: '50% of the transactions in bss are given up.',
  },
  {
    alert: 'PostgresReadsFromDisk',
    series: {
      [of('pg_stat_database_blks_hit')]: grows(60_000, 60_000),
      [of('pg_stat_database_blks_read')]: grows(0, 60_000),
    },
    labels: database,
    summary: '50% of the pages of bss were in memory.',
  },
];
