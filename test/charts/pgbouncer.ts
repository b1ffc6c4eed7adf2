import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../charts/environment';
import { repeated } from '../../lib/repeated';
import { changed, complaints, databaseComplaints, imageComplaints } from '../changed';
import { everyEnvironment, laptop as kind } from '../environments';

const pgbouncer = (change: Partial<Environment['pgbouncer']>) =>
  complaints({ pgbouncer: { ...kind.pgbouncer, ...change } });

describe('PgBouncer', () => {
  it('leaves connections to those that do not come through it, also while it is replaced', () => {
    expect(pgbouncer({ poolSize: 23 })).toEqual([
      'pgbouncer.poolSize is 23: 2 pods (1 besides while they are replaced) with 23 connections for each of 1 databases and ' +
        '2 for lookups are 50, but of postgres.maxConnections 64 Jobs, owners, PgHero and people keep 18. Set poolSize to 21 ' +
        'or less, or maxConnections to 68 or more.',
    ]);
    expect(pgbouncer({ poolSize: 21 })).toEqual([]);
  });

  it('counts every database', () => {
    expect(databaseComplaints('one', 'two')[0]).toMatch(
      /^pgbouncer.poolSize is 8: 2 pods .* each of 3 databases .* are 52, .* keep 38\. Set poolSize to 3 or less/,
    );
    expect(databaseComplaints('one')).toEqual([]);
  });

  it.each(['pgbouncer:1.25.1', 'edoburu/pgbouncer:v1.24.9-p0', 'pgbouncer:1.26'])('is not %s', (image) => {
    expect(imageComplaints({ pgbouncer: image })).toEqual([
      `images.pgbouncer is "${image}": before 1.25.2 anybody who reaches its port stops it, without a login ` +
        '(CVE-2026-6664). Name 1.25.2 or newer.',
    ]);
  });

  it.each(['pgbouncer:1.25.2', 'pgbouncer:v1.26.0-p3', 'pgbouncer:2.0.0'])('may be %s', (image) => {
    expect(imageComplaints({ pgbouncer: image })).toEqual([]);
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
    expect(repeated(keys)).toEqual([]);
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
    const { connectionLifetimeSeconds } = changed().pgbouncer.application('bss');
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
