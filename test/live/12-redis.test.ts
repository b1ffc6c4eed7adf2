import { spawnSync } from 'node:child_process';
import { eventually } from '../../cluster/eventually';
import type { Namespace } from '../../cluster/namespace';
import { onKind, type RedisInstallation } from '../../cluster/redis/installation';
import { kind } from '../../config/kind';
import { laptop } from './shared';

const SERVER = 'redis-cluster-0-0';
let bss: Namespace;
let redis: RedisInstallation;
beforeAll(() => {
  bss = laptop();
  redis = onKind();
  redis.awaitReady();
});

const PORT = kind.redisCluster.host!.hostPort;

/** What the port on localhost answers to a line, as `redis-cli -p` would ask. */
function fromHost(line: string): string {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${PORT}; printf '%s\\r\\n' "$1" >&3; head -n "$2" <&3`;
  const lines = line.startsWith('GET') ? '2' : '1';
  const { stdout } = spawnSync('bash', ['-c', script, 'ask', line, lines], { encoding: 'utf8', timeout: 5000 });
  return stdout.replaceAll('\r', '').trim();
}

test("the original's own checks pass from the host: PING, SET and GET at a port of localhost", () => {
  eventually('an answer', () => fromHost('PING') === '+PONG', 30);
  expect(fromHost('SET greeting hello')).toBe('+OK');
  expect(fromHost('GET greeting')).toBe('$5\nhello');
});

test('one server owns all slots, and announces an address that clients can use', () => {
  expect(redis.cli(SERVER, 'cluster', 'info')).toMatch(/cluster_state:ok[\s\S]*cluster_slots_ok:16384/);
  expect(redis.cli(SERVER, 'cluster', 'slots')).toContain(bss.pod(SERVER)!.status.podIP);
});

test('a pod that is replaced has all keys at its new address', () => {
  redis.fill(1000);
  const before = redis.count();
  const { uid } = bss.pod(SERVER)!.metadata;
  bss.run('delete', 'pod', SERVER);
  eventually('another pod', () => bss.pod(SERVER)?.metadata.uid !== uid);
  redis.awaitReady();
  expect(redis.count()).toBe(before);
  expect(redis.cluster('GET', 'kept:999')).toBe('value-999');
  expect(redis.cli(SERVER, 'cluster', 'slots')).toContain(bss.pod(SERVER)!.status.podIP);
});

test('a server that has lost its volume claims its slots again', () => {
  const { uid } = bss.pod(SERVER)!.metadata;
  bss.run('delete', 'pvc', `data-${SERVER}`, '--wait=false');
  bss.run('delete', 'pod', SERVER);
  eventually('another pod', () => (bss.pod(SERVER)?.metadata.uid ?? uid) !== uid);
  redis.awaitReady();
  expect(redis.count()).toBe(0);
  expect(redis.cluster('SET', 'again', 'yes')).toBe('OK');
});

test('the plain Redis counts, keeps nothing on a disk, and makes room by what expires first', () => {
  const [pod] = bss.pods('app.kubernetes.io/name=redis');
  const ask = (...command: string[]) => bss.exec(pod!.metadata.name, 'redis-cli', ...command).trim();
  expect([ask('INCR', 'counter'), ask('INCR', 'counter')]).toEqual(['1', '2']);
  expect(ask('CONFIG', 'GET', 'save')).toBe('save');
  expect(ask('CONFIG', 'GET', 'appendonly')).toMatch(/no$/);
  expect(ask('CONFIG', 'GET', 'maxmemory-policy')).toMatch(/volatile-ttl$/);
  expect(ask('CLUSTER', 'INFO')).toContain('cluster support disabled');
});
