import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { memorySettings, sharedMemory, spentShare } from '../../charts/data/postgres/memory';
import type { Environment } from '../../charts/environment';
import { platform } from '../../charts/platform';

import { production } from '../../config/production';
import { complaints, imageComplaints } from '../changed';
import { everyEnvironment, laptop as kind } from '../environments';

const { gibibytes, mebibytes } = Size;
const postgres = (change: Partial<Environment['postgres']>) =>
  complaints({ postgres: { ...kind.postgres, ...change } });
const backup = (change: Partial<Environment['postgresBackup']>) =>
  complaints({ postgresBackup: { ...kind.postgresBackup, ...change } });
const limit = (memoryLimit: Size) => ({ ...kind.postgres.resources, memoryLimit });

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
      expect(imageComplaints({ postgres: image })).toEqual([
        `images.postgres is "${image}": this chart is for 17.x-alpine. From 18 on the image keeps its data elsewhere, before ` +
          '17 there is no builtin collation, and other variants have other users. Dump, change the chart, restore.',
      ]);
    },
  );

  it.each(['registry.example:5000/postgres:17.9-alpine3.22', `postgres:17.12-alpine@sha256:${'0'.repeat(64)}`])(
    'may be %s',
    (image) => {
      expect(imageComplaints({ postgres: image })).toEqual([]);
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
    expect(complaints({ databasesJob: { ...kind.databasesJob, schedule: 'often' } })).toEqual([
      'databasesJob.schedule is "often": it needs five fields, as in "*/15 * * * *", every 15 minutes.',
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

describe('A consumer', () => {
  const { postgres: server, pgbouncer: pool } = platform(production);

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
