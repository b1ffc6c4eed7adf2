import type { BackupSize } from '../../../lib/backup-jobs';
import { backupDiskErrors, backupSize } from '../../../lib/values/backups';
import { type Check, shown } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { reconciledJobsSize } from '../../../lib/values/jobs';
import { line } from '../../../lib/values/names';
import { whole } from '../../../lib/values/numbers';
import { list, type Rule, record } from '../../../lib/values/record';
import { disk, resources } from '../../../lib/values/sizes';
import { type Database, ownerOf, SERVER_ROLES } from './database';
import { CONNECTION, leastLimit, mostConnections } from './memory';
import type { PostgresSize } from './size';

export const postgresImage = image({
  of: /:17\.\d+-alpine/,
  words: '17.x-alpine',
  because:
    'From 18 on the image keeps its data elsewhere, before 17 there is no builtin collation, and other variants have other ' +
    'users. Dump, change the chart, restore.',
});

/** What a server may be: an empty one takes 40 MiB, and its log three times 16 MiB at least. */
export const postgresSize = record<PostgresSize>(
  { resources: resources(128), maxConnections: whole(1, 10_000), disk: disk(512) },
  connectionErrors,
);

function connectionErrors({ resources: { memoryLimit }, maxConnections }: PostgresSize): string[] {
  const most = mostConnections(memoryLimit);
  const { process, workAreas, leastWorkArea } = CONNECTION;
  if (maxConnections <= most) return [];
  return [
    `postgres.maxConnections is ${maxConnections}, but half of a memory limit of ${memoryLimit.toMebibytes()} MiB is ` +
      `enough for ${most}: each takes ${process} MiB, and ${workAreas} sorts or hashes of ${leastWorkArea} MiB. Set it ` +
      `to ${most} or less, or resources.memoryLimit to ${leastLimit(maxConnections)} MiB or more.`,
  ];
}

export const databasesJobSize = reconciledJobsSize(32, '"*/15 * * * *", every 15 minutes');

export const postgresBackupSize = backupSize('"0 1 * * *", every night at one');

/** Most that a dump takes, as a share of the server's disk: it is compressed, and has no indexes and no log. */
const DUMP_SHARE = 1 / 4;

export const postgresBackupErrors: Rule<{
  readonly postgresBackup: BackupSize;
  readonly postgres: PostgresSize;
}> = ({ postgresBackup, postgres }) =>
  backupDiskErrors(
    'postgresBackup',
    postgresBackup,
    Math.ceil(postgres.disk.toMebibytes() * DUMP_SHARE),
    ' (a quarter of postgres.disk)',
  );

/** A plain SQL identifier with room for what is put behind it; PostgreSQL keeps `pg_` for itself. */
const LEGAL = /^(?!pg_)[a-z][a-z0-9_]{0,31}$/;

/** Databases that every server has, PgBouncer's own two, and words that no role may be called. */
const TAKEN = ['postgres', 'template0', 'template1', 'pgbouncer', 'logins', 'public', 'none'];

/** What a restore calls the database that it makes, and the one that it puts aside. */
const RESTORES = /_restored$|_before_\d*$/;

/** The database that the reference backend is wired to. */
export const BACKEND_DATABASE = 'bss';

/** One or more databases, the backend's among them. */
export const databases: Check<readonly Database[]> = (name, value) => {
  const wrong = list(record<Database>({ name: databaseName, holds: line }), { most: 50 })(name, value);
  if (wrong.length > 0) return wrong;
  const all = value as readonly Database[];
  return [
    ...roleErrors(all),
    ...(all.some((each) => each.name === BACKEND_DATABASE)
      ? []
      : [`${name} has no "${BACKEND_DATABASE}", which the backend works with. Add it.`]),
  ];
};

function databaseName(_: string, name: unknown): string[] {
  if (typeof name !== 'string' || !LEGAL.test(name)) {
    return [
      `database ${shown(name)} has no legal name: use 1 to 32 of the characters a-z, 0-9 and "_", a letter first and not "pg_".`,
    ];
  }
  if (TAKEN.includes(name)) return [`database "${name}" is one that the server or PgBouncer has already. Rename it.`];
  return RESTORES.test(name)
    ? [`database "${name}" is called like one that a restore makes and drops. Rename it.`]
    : [];
}

function roleErrors(databases: readonly Database[]): string[] {
  const seen = new Map(Object.keys(SERVER_ROLES).map((role) => [role, 'the server']));
  return databases.flatMap((database) =>
    [database.name, ownerOf(database)].flatMap((role) => {
      const other = seen.get(role);
      seen.set(role, `database "${database.name}"`);
      return other === undefined
        ? []
        : [`role "${role}" of database "${database.name}" is already one of ${other}. Rename the database.`];
    }),
  );
}
