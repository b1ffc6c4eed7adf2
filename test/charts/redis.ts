import { Size } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { platform } from '../../charts/platform';
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
    const manifests = new Manifests(platform({ ...kind, redisCluster: encrypted, developmentSecrets: undefined }).app);
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
    const { redisCluster } = platform({ ...kind, redisCluster: encrypted });
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
