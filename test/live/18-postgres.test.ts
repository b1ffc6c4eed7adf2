import { eventually, since } from '../../cluster/eventually';
import { abandon, restarted } from '../../cluster/installation';
import { signal } from '../../cluster/signal';
import { removePod } from '../../cluster/tool-pod';
import { databases } from '../../config/databases';
import { rehearsal } from '../../config/rehearsal';
import { POSTGRES_NAMESPACE, PostgresInstallation } from './postgres/installation';
import { PostgresLoad } from './postgres/load';
import { beginWithNothing } from './shared';

const postgres = new PostgresInstallation();
const bss = postgres.namespace;
const application = postgres.application('bss');
const migrations = postgres.migrations('bss');
const server = () => bss.pod('postgres-0')!;

beforeAll(() => {
  beginWithNothing(POSTGRES_NAMESPACE);
  const start = Date.now();
  postgres.apply();
  postgres.awaitReady();
  console.info(`ready ${since(start)} after one apply`);
  postgres.startClient('client');
  postgres.awaitClient(application);
});
afterAll(() => abandon(POSTGRES_NAMESPACE));

test('one apply makes the databases with their owners and roles, and no container restarts', () => {
  const declared = databases.map(({ name }) => `${name}|${name}_migrations|b`).join('\n');
  const made =
    'SELECT datname, pg_get_userbyid(datdba), datlocprovider FROM pg_database ' +
    "WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1";
  expect(postgres.sql(made)).toBe(declared);
  expect(
    postgres.sql("SELECT name || ' ' || setting FROM pg_settings WHERE name ~ '^(data_checksums|password_enc)'"),
  ).toBe('data_checksums on\npassword_encryption scram-sha-256');
  expect(restarted(bss)).toEqual([]);
});

test('the server is process 1, so that it hears the request to stop, and its data is its own alone', () => {
  expect(bss.exec('postgres-0', 'cat', '/proc/1/comm').trim()).toBe('postgres');
  expect(bss.exec('postgres-0', 'sh', '-c', 'stat -c %a "$PGDATA"').trim()).toBe('700');
});

test('a parallel query has the shared memory that it needs', () => {
  const shared = bss.exec('postgres-0', 'df', '-m', '--output=size', '/dev/shm').trim().split('\n').at(-1)!;
  expect(Number(shared)).toBe(128);
  const query =
    'SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; ' +
    "SET work_mem = '64MB'; SET min_parallel_table_scan_size = 0; " +
    'CREATE TABLE large AS SELECT n, md5(n::text) AS text FROM generate_series(1, 400000) AS n; ANALYZE large; ' +
    'SELECT count(*) FROM large a JOIN large b USING (text); DROP TABLE large';
  expect(postgres.sql(query)).toBe('400000');
});

test('migrations connect directly and own what they make; applications come through PgBouncer and read and write it', () => {
  // The role of the Job that migrates is not here: the owner speaks in the server's own pod.
  postgres.sql('SET ROLE bss_migrations; CREATE TABLE load (run text, number bigint, half int)');
  expect(postgres.ask(application, "INSERT INTO load VALUES ('by hand', 1, 1) RETURNING number")).toBe('1');
  expect(postgres.ask(application, 'SELECT current_user')).toBe('bss');
  expect(postgres.ask(application, 'DROP TABLE load')).toContain('must be owner of table load');
  expect(postgres.ask(application, 'CREATE TABLE mine ()')).toContain('permission denied');
});

test('who gives a wrong password, or is no application, is refused by PgBouncer', () => {
  expect(postgres.ask(application, 'SELECT 1', 'wrong')).toMatch(/authentication failed/);
  expect(postgres.ask(application, 'SELECT 1', '')).toMatch(/no password supplied/);
  for (const role of ['bss_migrations', 'postgres', 'pghero']) {
    const password = rehearsal.developmentSecrets!['postgres-users']![role]!;
    expect(postgres.ask({ ...application, role }, 'SELECT 1', password)).toMatch(/no such user/);
  }
});

test('many clients share few connections, a transaction at a time', () => {
  const script = 'BEGIN;\nINSERT INTO load VALUES (:client_id, 1, 1);\nSELECT pg_sleep(0.01);\nCOMMIT;\n';
  bss.exec('client', 'sh', '-c', `printf '%s' "$1" > /tmp/script`, 'write', script);
  const pgbench = ['pgbench', '-n', '-c', '60', '-j', '2', '-t', '20', '-f', '/tmp/script'];
  const { output } = postgres.tryFrom('client', application, postgres.passwordOf(application), ...pgbench);
  expect(output).toMatch(/transactions actually processed: 1200\/1200\s+number of failed transactions: 0 /);
  const open = Number(postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'bss'"));
  expect(open).toBeGreaterThan(0);
  expect(open).toBeLessThanOrEqual(rehearsal.pgbouncer.replicas * rehearsal.pgbouncer.poolSize);
  expect(postgres.sql('SELECT count(*) FROM load WHERE number = 1 AND half = 1')).toBe('1201');
});

test('policies let applications reach PgBouncer only, PgHero the server only, and a stranger neither', () => {
  postgres.startClient('stranger', {});
  postgres.startClient('pghero-stand-in', { 'app.kubernetes.io/name': 'pghero' });
  expect(postgres.connects('client', application.server)).toBe(true);
  expect(postgres.connects('client', migrations.server)).toBe(false);
  // Policies select by labels: a pod with PgHero's stands for it, so that nothing depends on its image.
  eventually('the policy to know the stand-in', () => postgres.connects('pghero-stand-in', migrations.server), 30);
  expect(postgres.connects('pghero-stand-in', application.server)).toBe(false);
  expect([postgres.connects('stranger', application.server), postgres.connects('stranger', migrations.server)]).toEqual(
    [false, false],
  );
  for (const name of ['stranger', 'pghero-stand-in']) removePod(bss, name);
});

test('a database is added later without a restart, and nothing of the others changes', () => {
  const { uid } = server().metadata;
  const rows = postgres.sql('SELECT count(*) FROM load');
  const secrets = rehearsal.developmentSecrets!;
  const added = { reports: 'reports-rehearsal', reports_migrations: 'reports-migrations-rehearsal' };
  postgres.apply({
    databases: [...databases, { name: 'reports', holds: 'reports' }],
    developmentSecrets: { ...secrets, 'postgres-users': { ...secrets['postgres-users'], ...added } },
  });
  postgres.awaitReady();
  expect(postgres.ask(postgres.application('reports'), 'SELECT current_database()')).toBe('reports');
  expect(postgres.ask({ ...application, database: 'reports' }, 'SELECT 1')).toMatch(/permission denied for database/);
  expect(postgres.sql('SELECT count(*) FROM load')).toBe(rows);
  expect(server().metadata.uid).toBe(uid);
  expect(bss.restarts('postgres-0')).toBe(0);
});

test('a password that is changed in the Secret reaches its role', () => {
  const change = (bssPassword: string) => {
    bss.run('patch', 'secret', 'postgres-users', '-p', JSON.stringify({ stringData: { bss: bssPassword } }));
    return bss.runJob('databases-reconcile', `reconcile-${Date.now()}`);
  };
  expect(change('changed-in-the-secret')).toContain('INFO Role bss has the password of the Secret');
  expect(postgres.ask(application, 'SELECT 1')).toMatch(/authentication failed/);
  expect(postgres.ask(application, 'SELECT 1', 'changed-in-the-secret')).toBe('1');
  change(postgres.passwordOf(application));
  expect(postgres.ask(application, 'SELECT 1')).toBe('1');
  expect(change(postgres.passwordOf(application))).not.toContain('has the password of the Secret');
});

test('kill -9 of PostgreSQL under load loses no committed row and tears no transaction', () => {
  const load = new PostgresLoad(postgres, 'killed-server');
  const transactions = () => Number(postgres.sql("SELECT count(*) FROM load WHERE run = 'killed-server' AND half = 2"));
  for (let round = 1; round <= 2; round++) {
    const before = bss.restarts('postgres-0');
    const written = transactions();
    signal(server(), 'KILL');
    eventually('the container to be started again', () => bss.restarts('postgres-0') > before);
    bss.awaitReady('postgres-0');
    eventually('the load to write again', () => transactions() > written + 300);
  }
  const result = load.stop();
  console.info(result);
  expect(result.acknowledged).toBeGreaterThan(500);
  expect(result).toMatchObject({ lost: 0, torn: 0 });
});

test('a rolling restart of PgBouncer under load fails no transaction', () => {
  const load = new PostgresLoad(postgres, 'rolled-pool');
  const start = Date.now();
  bss.run('rollout', 'restart', 'deployment/pgbouncer');
  bss.awaitRollout('deployment/pgbouncer');
  console.info(`new pods ready after ${since(start)}`);
  eventually('the old pods to be gone', () => bss.pods('app.kubernetes.io/name=pgbouncer').length === 2);
  console.info(`old pods gone after ${since(start)}`);
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ failed: 0, firstFailure: '', lost: 0, torn: 0 });
});

test('PostgreSQL stops cleanly and at once while clients are connected', () => {
  const load = new PostgresLoad(postgres, 'stopped-server');
  const { uid } = server().metadata;
  const start = Date.now();
  bss.run('delete', 'pod', 'postgres-0');
  console.info(`stopped in ${since(start)}`);
  eventually('another pod', () => server() && server().metadata.uid !== uid);
  bss.awaitReady('postgres-0');
  console.info(`another was ready after ${since(start)}`);
  eventually('an answer', () => postgres.ask(application, 'SELECT 1') === '1');
  expect(bss.run('logs', 'postgres-0', '-c', 'postgres')).toContain('database system was shut down at');
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, torn: 0 });
});

const digest = () => postgres.sql("SELECT count(*), md5(string_agg(l::text, ',' ORDER BY l::text)) FROM load AS l");

test('a backup has every row again after the table was emptied', () => {
  const before = digest();
  expect(bss.runJob('postgres-backup', 'backup-1')).toMatch(/INFO Complete: \S+Z$/m);
  postgres.sql('TRUNCATE load');
  console.info(bss.runJob('postgres-backup-restore', 'restore-1'));
  expect(digest()).toBe(before);
  eventually('PgBouncer to find the database', () => postgres.ask(application, 'SELECT 1') === '1', 60);
  expect(postgres.ask(application, "INSERT INTO load VALUES ('after', 1, 1) RETURNING run")).toBe('after');
});

test('a backup has every row again after the server and its volume were lost', () => {
  const before = digest();
  bss.runJob('postgres-backup', 'backup-2');
  bss.run('delete', 'statefulset/postgres', 'pvc/data-postgres-0');
  postgres.apply();
  postgres.awaitReady();
  expect(postgres.sql("SELECT count(*) FROM pg_database WHERE datname = 'bss'", 'postgres')).toBe('0');
  const start = Date.now();
  console.info(bss.runJob('postgres-backup-restore', 'restore-2'));
  console.info(`restored in ${since(start)}`);
  expect(digest()).toBe(before);
  eventually('PgBouncer to find the database', () => postgres.ask(application, 'SELECT 1') === '1', 60);
});
