import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../../charts/data/pgbouncer/pgbouncer';
import { clientLabels, platform } from '../../../charts/platform';
import { removePod, startPod } from '../../../cluster/tool-pod';
import { images } from '../../../config/images';
import { kind } from '../../../config/kind';
import { away, type Drill, FOR_LONG, sql, startSession } from './drill';

/** More than the share of the claim from which on somebody is told. */
const ROWS = Math.ceil(0.9 * kind.postgres.disk.toMebibytes());

/** A table takes the claim. */
export const claim: Drill = {
  alerts: ['PostgresVolumeAlmostFull'],
  breaks: (bss) => {
    // As it comes, and without a copy of it in the log: this is about room, not about work.
    sql(bss, 'CREATE UNLOGGED TABLE drill (text text); ALTER TABLE drill ALTER text SET STORAGE EXTERNAL');
    startSession(bss, 'drill-claim', `INSERT INTO drill SELECT repeat('x', 1048576) FROM generate_series(1, ${ROWS})`);
  },
  repairs: (bss) => {
    sql(bss, 'DROP TABLE drill');
  },
};

const CLIENTS = 'drill-clients';
const { server, database, role } = platform(kind).pgbouncer.application('bss');

/** Somebody holds all connections, and others come, wait and come again. */
export const clients: Drill = {
  alerts: ['PgBouncerClientsWait', 'PgBouncerWaitLong'],
  breaks: (bss) =>
    startPod(bss, {
      name: CLIENTS,
      labels: clientLabels(CLIENT_ROLE),
      image: images.postgres,
      command: [
        'sh',
        '-c',
        `again() { while :; do psql -Xqc "$1"; sleep 0.2; done; }
        for _ in $(seq ${kind.pgbouncer.poolSize}); do again '${FOR_LONG}' & done
        for _ in $(seq 40); do sleep 0.4; again 'SELECT 1' & done; wait`,
      ],
      env: {
        ...{ PGHOST: server.host, PGPORT: `${server.portNumber}`, PGDATABASE: database, PGUSER: role },
        PGPASSWORD: kind.developmentSecrets!['postgres-users']![role]!,
      },
      scratch: { '/tmp': Size.mebibytes(1) },
      resources: { cpu: 20, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(512) },
    }),
  repairs: (bss) => removePod(bss, CLIENTS),
};

export const postgres = away('PostgresDown', 'statefulset/postgres');
export const pgbouncer = away('PgBouncerDown', 'deployment/pgbouncer', kind.pgbouncer.replicas);
