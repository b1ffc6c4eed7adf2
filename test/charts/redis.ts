import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { model } from '../../charts/synth';
import { kind } from '../../config/kind';
import { everyEnvironment } from '../environments';
import { Manifests } from '../manifests';

const { gibibytes, mebibytes } = Size;
const changed = (change: Partial<Environment>) => model({ ...kind, ...change });
const errors = (change: Partial<Environment>) => changed(change).errors;
const cluster = (change: Partial<Environment['redisCluster']>) =>
  errors({
    redisCluster: { ...kind.redisCluster, ...change },
    redisBackup: { ...kind.redisBackup, disk: gibibytes(100) },
  });
const backup = (change: Partial<Environment['redisBackup']>) =>
  errors({ redisBackup: { ...kind.redisBackup, ...change } });

describe('Redis Cluster', () => {
  it('needs a majority of masters', () => {
    expect(cluster({ topology: { kind: 'sharded', shards: 2 } })).toEqual([
      'redisCluster.topology.shards is 2: a new master is elected by a majority of the masters, and of 2 none is left when ' +
        "one is lost. Set it to 3 or more, or the topology to { kind: 'single' }.",
    ]);
    expect(cluster({ topology: { kind: 'highlyAvailable', shards: 5, replicas: 2 } })).toEqual([]);
  });

  it('has whole shards and replicas', () => {
    expect(cluster({ topology: { kind: 'highlyAvailable', shards: 3.5, replicas: 0 } })).toEqual([
      'redisCluster.topology.shards is 3.5: it must be a whole number of 1 or more.',
      'redisCluster.topology.replicas is 0: it must be a whole number of 1 or more.',
    ]);
  });

  it('may be without replicas, and says what that means', () => {
    const topology = { kind: 'sharded', shards: 3 } as const;
    expect(cluster({ topology })).toEqual([]);
    const redisBackup = { ...kind.redisBackup, disk: gibibytes(3) };
    expect(changed({ redisCluster: { ...kind.redisCluster, topology }, redisBackup }).notices).toEqual([
      'redisCluster.topology is sharded: 3 masters without replicas. When a node is lost its keys cannot be reached until ' +
        "it is back, and are lost with its volume. For failover: { kind: 'highlyAvailable', shards: 3, replicas: 1 }.",
    ]);
    expect(changed({}).notices).toEqual([]);
  });

  it('leaves memory for snapshots and buffers', () => {
    expect(cluster({ maxmemory: mebibytes(300) })).toEqual([
      'redisCluster.maxmemory is 300 MiB, but of a memory limit of 384 MiB keys may take 249 MiB: a snapshot and the buffers ' +
        'of clients need the rest. Lower it, leave it out, or raise resources.memoryLimit to 462 MiB.',
    ]);
    expect(cluster({ maxmemory: mebibytes(249) })).toEqual([]);
  });

  it('has room for two logs and a snapshot', () => {
    expect(cluster({ disk: mebibytes(500) })).toEqual([
      'redisCluster.disk is 500 MiB, but 230 MiB of keys need 690 MiB: the log, the log that replaces it, and a snapshot. ' +
        'Raise it to 690 MiB.',
    ]);
  });

  it('has backups that fit', () => {
    expect(backup({ keep: 5 })).toEqual([
      'redisBackup.disk is 1024 MiB, but 5 backups and the one that is being made, of up to 230 MiB each, need 1380 MiB. ' +
        'Raise it, or lower redisBackup.keep.',
    ]);
    expect(backup({ schedule: 'daily' })).toEqual([
      'redisBackup.schedule is "daily": it needs five fields, as in "0 2 * * *", every night at two.',
    ]);
  });

  it('has a password for every user', () => {
    const required = errors({ redisCluster: { ...kind.redisCluster, access: 'users' } });
    expect(required).toHaveLength(5);
    expect(required[0]).toBe(
      'developmentSecrets has no value for key "application" of Secret "redis-cluster-users". Add it, or leave ' +
        'developmentSecrets out.',
    );
  });
});

describe('Redis Cluster with TLS', () => {
  const encrypted = { ...kind.redisCluster, transport: 'tls' } as const;

  it('has no port without it', () => {
    const manifests = new Manifests(changed({ redisCluster: encrypted, developmentSecrets: undefined }).app);
    const pod = manifests.pods().find(({ owner }) => owner.metadata.name === 'redis-cluster-0')!;
    const lines = manifests.filesOf(pod)['/etc/redis/redis.conf']!.trim().split('\n');
    // The last line of a name counts.
    expect(lines.filter((line) => line.startsWith('port ')).at(-1)).toBe('port 0');
    expect(lines).toContain('tls-port 7000');
    expect(lines).toContain('tls-cluster yes');
    expect(lines).toContain('tls-replication yes');
  });

  it('has a certificate, a key and who signed it', () => {
    expect(errors({ redisCluster: encrypted }).map((message) => message.match(/key "(.*)" of/)![1])).toEqual([
      'tls.crt',
      'tls.key',
      'ca.crt',
    ]);
  });

  it('tells the operator which names the certificate is for, and clients who signed it', () => {
    const { redisCluster } = changed({ redisCluster: encrypted }).platform!;
    const { secret, key } = redisCluster.clients.authority!;
    expect([secret.name, key]).toEqual(['redis-cluster-tls', 'ca.crt']);
    expect(secret.keys['tls.crt']).toContain('`redis-cluster-0-0.bss.svc`');
  });
});

it('The plain Redis leaves memory for buffers', () => {
  expect(errors({ redis: { ...kind.redis, maxmemory: mebibytes(90) } })).toEqual([
    'redis.maxmemory is 90 MiB, but of a memory limit of 96 MiB keys may take 76 MiB: a snapshot and the buffers of clients ' +
      'need the rest. Lower it, leave it out, or raise resources.memoryLimit to 113 MiB.',
  ]);
});

it.each(everyEnvironment)('The servers of $name start with the flags of the original', ({ manifests }) => {
  for (const set of manifests.ofKind('StatefulSet').filter(({ metadata }) => metadata.name.startsWith('redis'))) {
    expect(set.spec.template.spec.containers[0]!.command!.join(' ')).toContain(
      '--cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 5000 --appendonly yes --save 20 1 ' +
        '--loglevel warning',
    );
  }
});

describe('acl.sh', () => {
  const charts = join(__dirname, '../../charts/data');
  const template = join(charts, 'redis-cluster/users.acl');
  const hash = (password: string) => `#${createHash('sha256').update(password).digest('hex')}`;
  const users = ['application', 'keeper', 'exporter', 'replication', 'operator'];
  const good = Object.fromEntries(users.map((user) => [user, `${user}-0123456789`]));
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'acl-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** What the script does with these passwords: its exit code, what it says, and the files that it writes. */
  function acl(passwords: Record<string, string>, ...arguments_: string[]) {
    const [PASSWORDS, RUNTIME] = ['passwords', 'runtime'].map((name) => join(directory, name)) as [string, string];
    mkdirSync(PASSWORDS);
    mkdirSync(RUNTIME);
    for (const [user, text] of Object.entries(passwords)) writeFileSync(join(PASSWORDS, user), text);
    return again(...arguments_);
  }

  /** The same once more, with the passwords that are there. */
  function again(...arguments_: string[]) {
    const [PASSWORDS, RUNTIME] = ['passwords', 'runtime'].map((name) => join(directory, name)) as [string, string];
    const env = { PATH: process.env['PATH'], PASSWORDS, RUNTIME };
    const { status, stdout, stderr } = spawnSync('sh', [join(charts, 'acl.sh'), ...arguments_], {
      env,
      encoding: 'utf8',
    });
    const written = (name: string) => readFileSync(join(RUNTIME, name), 'utf8');
    return { status, said: stdout + stderr, written };
  }

  it('writes users with hashes of their passwords, and the password of the replicas alone in plain text', () => {
    const { status, said, written } = acl(good, 'render', template);
    expect([status, said]).toEqual([0, '']);
    const lines = written('users.acl').trimEnd().split('\n');
    expect(lines).toHaveLength(users.length + 1);
    expect(lines[0]).toBe('user default off');
    for (const [index, user] of users.entries()) {
      expect(lines[index + 1]).toMatch(new RegExp(`^user ${user} on ${hash(good[user]!)} [+~]`));
      expect(written('users.acl')).not.toContain(good[user]);
    }
    expect(written('replication.conf')).toBe(`masterauth ${good['replication']}\n`);
  });

  it('takes a second password while one is changed, and prefers the first', () => {
    const { written } = acl({ ...good, replication: 'new-new-new-new-new\nold-old-old-old-old\n' }, 'render', template);
    expect(written('users.acl')).toContain(
      `user replication on ${hash('new-new-new-new-new')} ${hash('old-old-old-old-old')} +`,
    );
    expect(written('replication.conf')).toBe('masterauth new-new-new-new-new\n');
  });

  it('writes them at every start of a server, which it becomes', () => {
    const program = join(directory, 'server');
    writeFileSync(program, '#!/bin/sh\necho "$* $(cat "$RUNTIME/replication.conf")"\n', { mode: 0o755 });
    const { said } = acl(good, 'start', template, program, '--flag', 'value');
    expect(said).toBe(`--flag value masterauth ${good['replication']}\n`);
    writeFileSync(join(directory, 'passwords/replication'), 'another-0123456789');
    expect(again('start', template, program).said).toBe(' masterauth another-0123456789\n');
    writeFileSync(join(directory, 'passwords/replication'), 'short');
    expect(again('start', template, program)).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^ERROR [^\n]*\n$/),
    });
  });

  it.each(everyEnvironment)('stands before every server of $name that has users', ({ manifests }) => {
    const withUsers = manifests.pods().filter((pod) => '/etc/redis/users.acl' in manifests.filesOf(pod));
    for (const { spec, containers } of withUsers) {
      expect(spec.initContainers).toBeUndefined();
      const [server] = containers.filter(({ command }) => command?.includes('redis-server'));
      expect(server!.command!.join(' ')).toMatch(
        /^sh \/etc\/redis\/acl\.sh start \/etc\/redis\/users\.acl redis-server /,
      );
    }
  });

  it('tells a running server the same', () => {
    const { said } = acl({ replication: 'new-new-new-new-new\nold-old-old-old-old' }, 'commands');
    expect(said).toBe(
      `ACL SETUSER replication resetpass  ${hash('new-new-new-new-new')} ${hash('old-old-old-old-old')}\n` +
        'CONFIG SET masterauth new-new-new-new-new\n',
    );
  });

  it.each([
    ['', 'is empty, or has an empty line'],
    ['\n', 'is empty, or has an empty line'],
    ['0123456789abcdef\n\n', 'is empty, or has an empty line'],
    ['short', 'has a password of 5 characters'],
    ['with a space 0123456789', 'has a character that is none of those'],
    ['0123456789abcdef\n1123456789abcdef\n2123456789abcdef', 'has more than two lines'],
  ])('refuses %j, which %s, without saying it', (text, reason) => {
    const { status, said } = acl({ ...good, keeper: text }, 'render', template);
    expect(status).toBe(1);
    expect(said).toBe(
      `ERROR The Secret's key "keeper" ${reason}. Put a password of 16 or more of the characters A-Z a-z 0-9 _ - there, ` +
        'and a second one in a second line only while it is changed.\n',
    );
  });

  it('refuses a Secret that lacks a user', () => {
    const { keeper, ...others } = good;
    const { status, said } = acl(others, 'render', template);
    expect([status, said]).toEqual([1, 'ERROR The Secret has no key for: keeper\n']);
  });
});
