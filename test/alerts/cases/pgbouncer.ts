import type { Case } from '../case';

const labels = { job: 'pgbouncer', database: 'bss' };
const on = (metric: string) => `${metric}{job="pgbouncer",pod="10.244.0.9",database="bss",user="bss"}`;

export const cases: readonly Case[] = [
  {
    alert: 'PgBouncerDown',
    series: {
      'pgbouncer_up{job="pgbouncer",pod="10.244.0.9"}': [1, 0],
      // While another answers, the database is reached.
      'pgbouncer_up{job="pgbouncer",pod="10.244.0.10"}': [0, 0],
      'up{job="pgbouncer",pod="10.244.0.9"}': [1, 1],
    },
    labels: { job: 'pgbouncer' },
    summary: '0 pools before the database answer.',
  },
  {
    alert: 'PgBouncerClientsWait',
    series: { [on('pgbouncer_pools_client_waiting_connections')]: [0, 30] },
    labels,
    summary: '30 clients wait for a connection to bss.',
  },
  {
    alert: 'PgBouncerWaitLong',
    series: { [on('pgbouncer_pools_client_maxwait_seconds')]: [0, 12] },
    labels,
    summary: 'A client waits 12s for a connection to bss.',
  },
  {
    alert: 'PgBouncerClientsHigh',
    series: {
      [on('pgbouncer_pools_client_active_connections')]: [10, 450],
      [on('pgbouncer_pools_client_waiting_connections')]: [0, 20],
    },
    labels: { job: 'pgbouncer', pod: '10.244.0.9' },
    summary: '470 clients of at most 500 are connected to 10.244.0.9.',
  },
];
