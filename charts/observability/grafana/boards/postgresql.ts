import type { Environment } from '../../../environment';
import { PGBOUNCER_LIMITS } from '../../rules/pgbouncer';
import { POSTGRES_LIMITS } from '../../rules/postgres';
import { VOLUME_LIMIT } from '../../rules/volumes';
import type { Board } from './board';
import { perSecond, share, within } from './promql';

const DATABASE = '{datname!~"template.*|"}';
const POOL = '{database!="pgbouncer"}';

const HITS = perSecond(`pg_stat_database_blks_hit${DATABASE}`, 'datname');
const READS = perSecond(`pg_stat_database_blks_read${DATABASE}`, 'datname');
const COMMITS = perSecond(`pg_stat_database_xact_commit${DATABASE}`);
const ROLLBACKS = perSecond(`pg_stat_database_xact_rollback${DATABASE}`);
const QUERIES = perSecond(`pgbouncer_stats_totals_queries_pooled_total${POOL}`, 'database');

/** The database server, and the pool before it. */
export const postgresql = ({
  postgres: { maxConnections, disk },
  pgbouncer: { poolSize, replicas },
}: Pick<Environment, 'postgres' | 'pgbouncer'>): Board => ({
  uid: 'postgresql',
  title: 'PostgreSQL',
  folder: 'BSS',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Servers that answer',
          description: `The database, and of the ${replicas} of the pool before it so many. With either away the API answers 503 to all that its cache does not have.`,
          unit: 'percentunit',
          kind: 'stat',
          width: 8,
          queries: [
            { expr: 'min(pg_up)', legend: 'database' },
            { expr: `bss:pods:up{job="pgbouncer"} / ${replicas}`, legend: 'pool' },
          ],
          thresholds: { warning: 1, critical: 1 / (2 * replicas) },
        },
        {
          title: 'Connections that are taken',
          description: `Of ${maxConnections}. When all are, whoever comes next is refused.`,
          unit: 'percentunit',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `sum(pg_stat_database_numbackends) / ${maxConnections}` }],
          thresholds: { warning: POSTGRES_LIMITS.connections },
        },
        {
          title: 'Longest wait for a connection',
          description: `Of a client of the pool, now. It waits when all ${poolSize} connections of its database are busy.`,
          unit: 's',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `max(pgbouncer_pools_client_maxwait_seconds${POOL})` }],
          thresholds: { critical: PGBOUNCER_LIMITS.waitSeconds },
        },
        {
          title: 'Longest transaction',
          description:
            'Open now. What others have deleted since cannot be cleaned up, and its locks hold them up. A backup may take so long.',
          unit: 's',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `max(pg_stat_activity_max_tx_duration${DATABASE})` }],
          thresholds: { warning: POSTGRES_LIMITS.transactionSeconds },
        },
        {
          title: 'Volume in use',
          description: `Databases and log, of ${disk.asString()}B. A server that cannot write its log stops.`,
          unit: 'percentunit',
          kind: 'stat',
          width: 4,
          queries: [{ expr: 'max(bss:volume:ratio{job="postgres"})' }],
          thresholds: { critical: VOLUME_LIMIT },
        },
      ],
    },
    {
      title: 'What it does',
      panels: [
        {
          title: 'Transactions',
          description: `A second, of all databases. What is given up was done for nothing: conflicts, time limits or wrong statements. From ${100 * POSTGRES_LIMITS.rollbacks} % on it is an alert.`,
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            { expr: COMMITS, legend: 'committed' },
            { expr: ROLLBACKS, legend: 'given up' },
          ],
        },
        {
          title: 'Rows',
          description:
            'A second, of all databases. Returned are those that it looked at; many more than are fetched means that an index is missing.',
          unit: 'rowsps',
          kind: 'timeseries',
          queries: ['returned', 'fetched', 'inserted', 'updated', 'deleted'].map((what) => ({
            expr: perSecond(`pg_stat_database_tup_${what}${DATABASE}`),
            legend: what,
          })),
        },
        {
          title: 'Pages found in memory',
          description:
            'The share of those that were asked for. Lower: what is in use does not fit any more, or a query reads whole tables.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [{ expr: `${HITS} / (${HITS} + ${READS} > 0) or ${HITS} * 0 + 1`, legend: '{{datname}}' }],
          thresholds: { warning: POSTGRES_LIMITS.inMemory },
        },
        {
          title: 'Written to the disk for want of memory',
          description:
            'Bytes a second of sorts and joins that did not fit into `work_mem`. PgHero names the statements.',
          unit: 'Bps',
          kind: 'timeseries',
          queries: [{ expr: perSecond(`pg_stat_database_temp_bytes${DATABASE}`, 'datname'), legend: '{{datname}}' }],
        },
      ],
    },
    {
      title: 'What waits',
      panels: [
        {
          title: 'Sessions by what they do',
          description: 'Idle ones in a transaction hold locks and do nothing: an application has forgotten to end it.',
          unit: 'none',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (state) (pg_stat_activity_count{state=~"active|idle.*"})', legend: '{{state}}' }],
          thresholds: { warning: Math.floor(POSTGRES_LIMITS.connections * maxConnections) },
        },
        {
          title: 'Clients of the pool',
          description:
            'Waiting ones have no connection to the server yet. Steadily some: slow statements, or too few connections.',
          unit: 'none',
          kind: 'timeseries',
          queries: [
            { expr: `sum(pgbouncer_pools_client_active_connections${POOL})`, legend: 'served' },
            { expr: `sum(pgbouncer_pools_client_waiting_connections${POOL})`, legend: 'waiting' },
          ],
          thresholds: { warning: PGBOUNCER_LIMITS.waiting },
        },
        {
          title: 'Connections of the pool to the server',
          description: `At most ${poolSize} for each database and pod of the pool. When none are free, clients wait.`,
          unit: 'none',
          kind: 'timeseries',
          queries: ['active', 'idle', 'used'].map((state) => ({
            expr: `sum(pgbouncer_pools_server_${state}_connections${POOL})`,
            legend: state === 'used' ? 'not checked yet' : state,
          })),
        },
        {
          title: 'Time of a statement',
          description: 'On average, at the pool, without the wait for a connection.',
          unit: 's',
          kind: 'timeseries',
          queries: [
            {
              expr: share(
                perSecond(`pgbouncer_stats_totals_queries_duration_seconds_total${POOL}`, 'database'),
                QUERIES,
              ),
              legend: '{{database}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Room',
      panels: [
        {
          title: 'Databases and log',
          description: 'Each database with its indexes. A `bss_before_…` was kept by a restore and may go.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [
            { expr: `max by (datname) (pg_database_size_bytes${DATABASE})`, legend: '{{datname}}' },
            { expr: 'max(pg_wal_size_bytes)', legend: 'log' },
          ],
        },
        {
          title: 'Deadlocks in an hour',
          description:
            'Each has failed a transaction, which the backend tries again. Some are no harm; many are rows locked in two orders.',
          unit: 'none',
          kind: 'timeseries',
          queries: [{ expr: within('1h', `pg_stat_database_deadlocks${DATABASE}`, 'datname'), legend: '{{datname}}' }],
        },
      ],
    },
  ],
});
