import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { parse } from 'yaml';
import { memorySettings, sharedMemory, spentShare } from '../../charts/data/postgres/memory';
import type { Environment } from '../../charts/environment';
import { model } from '../../charts/synth';
import { production } from '../../config/production';
import { objectsOf } from '../../lib/manifest-files';
import { environmentCalled, everyEnvironment, laptop as kind } from '../environments';

const { gibibytes, mebibytes } = Size;
const changed = (change: Partial<Environment> = {}) => model({ ...kind, ...change });
// The Secrets of other databases are not what these tests are about.
const errors = (change: Partial<Environment>) => changed({ developmentSecrets: undefined, ...change }).errors;
const postgres = (change: Partial<Environment['postgres']>) => errors({ postgres: { ...kind.postgres, ...change } });
const pgbouncer = (change: Partial<Environment['pgbouncer']>) =>
  errors({ pgbouncer: { ...kind.pgbouncer, ...change } });
const backup = (change: Partial<Environment['postgresBackup']>) =>
  errors({ postgresBackup: { ...kind.postgresBackup, ...change } });
/** Beside `bss`, which the backend needs. */
const databases = (...names: string[]) =>
  errors({ databases: [...kind.databases, ...names.map((name) => ({ name, holds: 'something' }))] });
const images = (change: Partial<Environment['images']>) => errors({ images: { ...kind.images, ...change } });
const more = [...kind.databases, { name: 'reports', holds: 'reports' }];
const limit = (memoryLimit: Size) => ({ ...kind.postgres.resources, memoryLimit });

describe('A database', () => {
  it.each(['BSS', '1st', 'with-dash', 'pg_bss', 'two words', 'x'.repeat(33)])('cannot be called "%s"', (name) => {
    expect(databases(name)).toEqual([
      `database "${name}" has no legal name: use 1 to 32 of the characters a-z, 0-9 and "_", a letter first and not "pg_".`,
    ]);
  });

  it.each(['postgres', 'template0', 'template1', 'pgbouncer', 'logins'])(
    'cannot be called "%s", as one is called so already',
    (name) => {
      expect(databases(name)).toEqual([
        `database "${name}" is one that the server or PgBouncer has already. Rename it.`,
      ]);
    },
  );

  it.each(['x'.repeat(32), 'reports_2'])('can be called "%s"', (name) => {
    expect(databases(name)).toEqual([]);
  });

  it('has roles that are its own', () => {
    const message = (role: string, database: string, other: string) =>
      `role "${role}" of database "${database}" is already one of ${other}. Rename the database.`;
    expect(databases('bss')).toEqual([
      message('bss', 'bss', 'database "bss"'),
      message('bss_migrations', 'bss', 'database "bss"'),
    ]);
    expect(databases('bss_migrations')).toEqual([message('bss_migrations', 'bss_migrations', 'database "bss"')]);
    expect(databases('pghero')).toEqual([message('pghero', 'pghero', 'the server')]);
  });

  it('is there where somebody needs it', () => {
    expect(errors({ databases: [{ name: 'shop', holds: 'something' }] })).toEqual([
      'databases has no "bss", which the backend works with. Add it.',
    ]);
  });

  it('that is added is another Job, and nothing of the server changes', () => {
    const [before, after] = [kind.databases, more].map((each) => {
      const made = changed({ databases: each, developmentSecrets: undefined }).app;
      const objects = made.charts.flatMap(objectsOf);
      return {
        server: objectsOf(made.charts.find(({ node }) => node.id === 'postgres')!),
        job: objects.find(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('databases')).metadata
          .name,
      };
    });
    expect(after!.server).toEqual(before!.server);
    expect(after!.job).not.toBe(before!.job);
  });

  it('that is added needs two passwords more', () => {
    expect(changed({ databases: more }).errors).toEqual(
      ['reports', 'reports_migrations'].map(
        (key) =>
          `developmentSecrets has no value for key "${key}" of Secret "postgres-users". Add it, or leave ` +
          'developmentSecrets out.',
      ),
    );
  });
});

describe('PostgreSQL', () => {
  it('has memory for every connection', () => {
    expect(postgres({ maxConnections: 65 })).toEqual([
      'postgres.maxConnections is 65, but half of a memory limit of 1024 MiB is enough for 64: each takes 4 MiB, and 4 sorts ' +
        'or hashes of 1 MiB. Set it to 64 or less, or resources.memoryLimit to 1040 MiB or more.',
    ]);
    expect(postgres({ maxConnections: 65, resources: limit(mebibytes(1040)) })).toEqual([]);
    expect(postgres({ maxConnections: 64 })).toEqual([]);
  });

  it.each([mebibytes(512), gibibytes(1), gibibytes(16)])(
    'spends less than its limit, what is in /dev/shm included (%#)',
    (memory) => {
      expect(spentShare).toBeLessThan(1);
      const connections = 20;
      const number = (text?: string) => Number.parseInt(text!, 10);
      const { shared_buffers, maintenance_work_mem, autovacuum_work_mem, autovacuum_max_workers, work_mem } =
        memorySettings(memory, connections);
      const spent =
        number(shared_buffers) +
        sharedMemory(memory).toMebibytes() +
        number(maintenance_work_mem) +
        number(autovacuum_max_workers) * number(autovacuum_work_mem) +
        connections * (4 + (4 * number(work_mem)) / 1024);
      expect(spent).toBeLessThan(memory.toMebibytes());
      expect(spent).toBeGreaterThan(memory.toMebibytes() * 0.9);
    },
  );

  it('has a whole number of connections', () => {
    expect(postgres({ maxConnections: 60.5 })).toContain(
      'postgres.maxConnections is 60.5: it must be a whole number of 1 or more.',
    );
  });

  it.each(['postgres:18.1-alpine', 'postgres:16.12-alpine', 'postgres:17.12', 'postgres:17.12-trixie'])(
    'is not %s, which keeps its data elsewhere or with another owner',
    (image) => {
      expect(images({ postgres: image })).toEqual([
        `images.postgres is "${image}": this chart is for 17.x-alpine. From 18 on the image keeps its data elsewhere, before ` +
          '17 there is no builtin collation, and other variants have other users. Dump, change the chart, restore.',
      ]);
    },
  );

  it.each(['registry.example:5000/postgres:17.9-alpine3.22', `postgres:17.12-alpine@sha256:${'0'.repeat(64)}`])(
    'may be %s',
    (image) => {
      expect(images({ postgres: image })).toEqual([]);
    },
  );

  it('has backups that fit', () => {
    expect(backup({ keep: 3 })).toEqual([
      'postgresBackup.disk is 1536 MiB, but 3 backups and the one that is being made, of up to 512 MiB each (a quarter of ' +
        'postgres.disk), need 2048 MiB. Raise it, or lower postgresBackup.keep.',
    ]);
    expect(backup({ keep: 0 })).toEqual(['postgresBackup.keep is 0: it must be a whole number of 1 or more.']);
    expect(backup({ schedule: 'daily' })).toEqual([
      'postgresBackup.schedule is "daily": it needs five fields, as in "0 1 * * *", every night at one.',
    ]);
  });

  it('looks for changed passwords on a schedule of five fields', () => {
    expect(errors({ databasesJob: { ...kind.databasesJob, reconcileSchedule: 'often' } })).toEqual([
      'databasesJob.reconcileSchedule is "often": it needs five fields, as in "*/15 * * * *", every 15 minutes.',
    ]);
  });

  it.each(everyEnvironment)(
    'of $name is one server that is its process 1, and hears the request to stop',
    ({ manifests }) => {
      const { replicas, template } = manifests.find('StatefulSet', 'postgres').spec;
      expect(replicas).toBe(1);
      expect(template.spec.containers[0]!.command!.slice(0, 2)).toEqual(['sh', '/etc/postgresql/start.sh']);
    },
  );

  it('becomes the entrypoint, as a shell in between would swallow the signal of the image, and keeps a ballast', () => {
    const VOLUME = mkdtempSync(join(tmpdir(), 'volume-'));
    const program = '#!/bin/sh\necho "$*, process $(($$ - FIRST))"\n';
    writeFileSync(join(VOLUME, 'docker-entrypoint.sh'), program, { mode: 0o755 });
    const script = join(__dirname, '../../charts/data/postgres/start.sh');
    const env = { VOLUME, PATH: `${VOLUME}:${process.env['PATH']}` };
    const { stdout } = spawnSync('sh', ['-c', `FIRST=$$ exec sh ${script} -c x=y`], { env, encoding: 'utf8' });
    expect(stdout).toBe('postgres -c x=y, process 0\n');
    expect(statSync(join(VOLUME, 'ballast')).size).toBe(64 * 1024 * 1024);
    rmSync(VOLUME, { recursive: true });
  });
});

describe('PgBouncer', () => {
  it('leaves connections to those that do not come through it, also while it is replaced', () => {
    expect(pgbouncer({ poolSize: 23 })).toEqual([
      'pgbouncer.poolSize is 23: 2 pods (1 besides while they are replaced) with 23 connections for each of 1 databases and ' +
        '2 for lookups are 50, but of postgres.maxConnections 64 Jobs, owners, PgHero and people keep 15. Set poolSize to 22 ' +
        'or less, or maxConnections to 65 or more.',
    ]);
    expect(pgbouncer({ poolSize: 22 })).toEqual([]);
  });

  it('counts every database', () => {
    expect(databases('one', 'two')[0]).toMatch(
      /^pgbouncer.poolSize is 8: 2 pods .* each of 3 databases .* are 52, .* keep 35\. Set poolSize to 4 or less/,
    );
    expect(databases('one')).toEqual([]);
  });

  it.each(['pgbouncer:1.25.1', 'edoburu/pgbouncer:v1.24.9-p0', 'pgbouncer:1.26'])('is not %s', (image) => {
    expect(images({ pgbouncer: image })).toEqual([
      `images.pgbouncer is "${image}": before 1.25.2 anybody who reaches its port stops it, without a login ` +
        '(CVE-2026-6664). Name 1.25.2 or newer.',
    ]);
  });

  it.each(['pgbouncer:1.25.2', 'pgbouncer:v1.26.0-p3', 'pgbouncer:2.0.0'])('may be %s', (image) => {
    expect(images({ pgbouncer: image })).toEqual([]);
  });

  it('has whole numbers of everything', () => {
    expect(pgbouncer({ replicas: 0, poolSize: 0.5, maxClients: -1 })).toEqual([
      'pgbouncer.replicas is 0: it must be a whole number of 1 or more.',
      'pgbouncer.poolSize is 0.5: it must be a whole number of 1 or more.',
      'pgbouncer.maxClients is -1: it must be a whole number of 1 or more.',
    ]);
  });

  it.each(everyEnvironment)('of $name keeps to what synth has counted', ({ environment, manifests }) => {
    const ini = manifests.find('ConfigMap', 'pgbouncer-files').data!['pgbouncer.ini']!;
    const { poolSize } = environment.pgbouncer;
    for (const { name } of environment.databases) {
      expect(ini).toMatch(
        new RegExp(`^${name} = .* dbname=${name} pool_size=${poolSize} max_db_connections=${poolSize}$`, 'm'),
      );
    }
    expect(ini).toMatch(/^logins = .* dbname=postgres pool_size=2 max_db_connections=2$/m);
    const keys = ini.split('\n').flatMap((line) => line.match(/^(\w+) =/)?.[1] ?? []);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it.each(everyEnvironment)('of $name gets one signal, and time for its clients to leave', ({ manifests }) => {
    const { spec } = manifests.find('Deployment', 'pgbouncer').spec.template;
    const [{ command, lifecycle }] = spec.containers as [(typeof spec.containers)[number]];
    // Whose last word is `exec`: the program gets the signal itself.
    expect(command!.slice(0, 2)).toEqual(['sh', '/etc/pgbouncer/start.sh']);
    // It has made the file of its own login first: a container that starts again in its pod finds the password of now.
    expect(start({ FILES: '100' }).stdout).toBe(
      '"pgbouncer" "of the Secret"\n100 files, /etc/pgbouncer/pgbouncer.ini, process 0\n',
    );
    expect(lifecycle!.preStop!.exec.command).toEqual(['sleep', '15']);
    const { connectionLifetimeSeconds } = changed().platform!.pgbouncer.application('bss');
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(15 + connectionLifetimeSeconds);
  });

  /** The script where a container begins with few files, with a PgBouncer that says what it got, and how far its process is from the first. */
  const start = (env: { FILES: string }, most = '') => {
    const directory = mkdtempSync(join(tmpdir(), 'start-'));
    mkdirSync(join(directory, 'passwords'));
    writeFileSync(join(directory, 'passwords/pgbouncer'), 'of the Secret');
    const program =
      '#!/bin/sh\ncat "$RUNTIME/userlist.txt"\necho "$(ulimit -S -n) files, $*, process $(($$ - FIRST))"\n';
    writeFileSync(join(directory, 'pgbouncer'), program, { mode: 0o755 });
    const script = join(__dirname, '../../charts/data/pgbouncer/start.sh');
    const limited = `ulimit -S -n 64; ${most} FIRST=$$ exec sh ${script} /etc/pgbouncer/pgbouncer.ini`;
    const PATH = `${directory}:${process.env['PATH']}`;
    const files = { PASSWORDS: join(directory, 'passwords'), RUNTIME: directory };
    return spawnSync('sh', ['-c', limited], { env: { ...env, ...files, PATH }, encoding: 'utf8' });
  };

  it.each(everyEnvironment)(
    'of $name has the open files for all its clients and servers',
    ({ environment, manifests }) => {
      const { maxClients, poolSize } = environment.pgbouncer;
      const [container] = manifests.find('Deployment', 'pgbouncer').spec.template.spec.containers;
      const FILES = container!.env!.find(({ name }) => name === 'FILES')!.value!;
      expect(Number(FILES)).toBeGreaterThanOrEqual(maxClients + poolSize + 2 + 50);
      expect(start({ FILES }).stdout).toContain(`${FILES} files`);
    },
  );

  it('says so where a node gives no more files than a container begins with', () => {
    const { status, stdout, stderr } = start({ FILES: '5122' }, 'ulimit -H -n 1024;');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^ERROR PgBouncer needs 5122 open files, .* no more than 1024\. Lower maxClients, or raise/);
  });

  it('keeps its own login in memory, whatever characters it is of', () => {
    const [PASSWORDS, RUNTIME] = ['passwords', 'runtime'].map((name) => {
      const directory = join(mkdtempSync(join(tmpdir(), 'userlist-')), name);
      mkdirSync(directory);
      return directory;
    }) as [string, string];
    writeFileSync(join(PASSWORDS, 'pgbouncer'), ' with "quotes" and \\ ');
    const script = join(__dirname, '../../charts/data/pgbouncer/userlist.sh');
    const { status } = spawnSync('sh', [script], { env: { PATH: process.env['PATH'], PASSWORDS, RUNTIME } });
    expect(status).toBe(0);
    const file = join(RUNTIME, 'userlist.txt');
    expect(readFileSync(file, 'utf8')).toBe('"pgbouncer" " with ""quotes"" and \\ "\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('PgHero', () => {
  const { pghero } = changed().platform!;

  it('answers below one path, to people and to probes', () => {
    const { manifests } = environmentCalled('kind');
    const [container] = manifests.find('Deployment', 'pghero').spec.template.spec.containers;
    expect(container!.env).toContainEqual({ name: 'RAILS_RELATIVE_URL_ROOT', value: pghero.path });
    for (const probe of [container!.startupProbe, container!.readinessProbe, container!.livenessProbe]) {
      expect(probe!.httpGet).toEqual({ port: 'web', path: `${pghero.path}/health` });
    }
    expect(pghero.web.portNumber).toBe(8080);
  });

  it('knows every database by an address, without its password in the file', () => {
    const { charts } = changed({ databases: more, developmentSecrets: undefined }).app;
    const file = objectsOf(charts.find(({ node }) => node.id === 'pghero')!).find(({ kind }) => kind === 'ConfigMap')
      .data['pghero.yml'];
    const login = "pghero:<%= ERB::Util.url_encode(ENV.fetch('ROLE_PASSWORD')) %>";
    expect(parse(file)).toEqual({
      disable_kill: true,
      explain: false,
      databases: {
        bss: { url: `postgres://${login}@postgres.bss.svc:5432/bss` },
        reports: { url: `postgres://${login}@postgres.bss.svc:5432/reports` },
      },
    });
  });
});

describe('A consumer', () => {
  const { postgres: server, pgbouncer: pool } = model(production).platform!;

  it('is told where its database is and whom to log in as: applications through PgBouncer, migrations directly', () => {
    const told = [pool.application('bss'), server.migrations('bss')].map(({ server, database, role, password }) => [
      server.address,
      database,
      role,
      password.secret.name,
      password.key,
    ]);
    expect(told).toEqual([
      ['pgbouncer.bss.svc:6432', 'bss', 'bss', 'postgres-users', 'bss'],
      ['postgres.bss.svc:5432', 'bss', 'bss_migrations', 'postgres-users', 'bss_migrations'],
    ]);
  });

  it('is told which databases there are when it asks for another', () => {
    expect(() => pool.application('crm')).toThrow('there is no database "crm"; there are bss');
    expect(() => server.migrations('crm')).toThrow('there is no database "crm"; there are bss');
    expect(() => server.password('crm')).toThrow('Secret postgres-users has no key crm');
  });
});
