import type { Environment } from '../../charts/environment';
import { eventually } from '../../cluster/eventually';
import { abandon } from '../../cluster/installation';
import type { Namespace } from '../../cluster/namespace';
import { REDIS_NAMESPACE, RedisInstallation, SERVERS, sixServers } from '../../cluster/redis/installation';
import { signal } from '../../cluster/signal';
import { rehearsal } from '../../config/rehearsal';
import { Authority } from './authority';
import { RedisLoad } from './redis/load';
import { beginWithNothing } from './shared';

const KEYS = 2000;
/** Those, and what the load of a test has left. */
let keys: number;
const SECRET = 'redis-cluster-users';
const authority = new Authority();
const six = sixServers();
const shards = (count: number) => ({ kind: 'highlyAvailable', shards: count, replicas: 1 }) as const;
/** With the names of the fourth shard, too. */
const { pods } = new RedisInstallation({ ...six, redisCluster: { ...six.redisCluster, topology: shards(4) } });
const certificates = () => authority.sign(...pods.map((pod) => `${pod}.${six.namespace}.svc`));
const environment: Environment = {
  ...six,
  redisCluster: { ...six.redisCluster, transport: 'tls' },
  developmentSecrets: { ...six.developmentSecrets, 'redis-cluster-tls': certificates() },
};
const redis = new RedisInstallation(environment);
const bss: Namespace = redis.namespace;
const passwords = rehearsal.developmentSecrets![SECRET]!;

beforeAll(() => {
  beginWithNothing(REDIS_NAMESPACE);
  redis.apply();
  redis.awaitReady();
  redis.fill(KEYS);
});
afterAll(() => abandon(REDIS_NAMESPACE));

/** The kubelet looks at mounted Secrets once a minute, and at once when the pod is touched. */
const mountSecrets = () => bss.run('annotate', 'pods', '--overwrite', '-l', SERVERS, `touched=${Date.now()}`);

/** Changes passwords in the Secret, and waits until every server has been told. */
function setPasswords(text: (user: string) => string): void {
  const stringData = Object.fromEntries(Object.keys(passwords).map((user) => [user, text(user)]));
  bss.run('patch', 'secret', SECRET, '-p', JSON.stringify({ stringData }));
  mountSecrets();
  for (const pod of redis.pods) {
    eventually(`${pod} to have the passwords`, () => {
      const mounted = bss.try('exec', pod, '-c', 'keeper', '--', 'cat', '/etc/redis-passwords/application').output;
      const valid = mounted.split('\n').filter(Boolean);
      // Every line: the server may have taken the first one before, and not know the second one yet.
      return mounted === stringData['application'] && valid.every((password) => logsIn(pod, 'application', password));
    });
  }
}

/** Whether a server takes the password: asked in the pod, as from elsewhere it would be the same. */
function logsIn(pod: string, user: string, password: string): boolean {
  const script = `REDISCLI_AUTH=${password} timeout 5 redis-cli $TLS_FLAGS --user ${user} -p 7000 ping`;
  return bss.try('exec', pod, '-c', 'keeper', '--', 'sh', '-c', script).output.includes('PONG');
}

test('a client without TLS gets no answer', () => {
  const script = 'AS=application; . /etc/redis/cli.sh; TLS_FLAGS=; ask "$LOCAL" PING';
  const { output } = bss.try('exec', redis.pods[0]!, '-c', 'keeper', '--', 'sh', '-c', script);
  expect(output).toMatch(/Connection reset|Server closed the connection|timeout|^\s*$/);
  expect(output).not.toContain('PONG');
  expect(logsIn(redis.pods[0]!, 'application', passwords['application']!)).toBe(true);
});

test('the certificate is renewed under load without a failed command or a restart', () => {
  const load = new RedisLoad(redis, 'renewal');
  bss.run('patch', 'secret', 'redis-cluster-tls', '-p', JSON.stringify({ stringData: certificates() }));
  mountSecrets();
  for (const pod of redis.pods) {
    eventually(`${pod} to have the new certificate`, () => {
      const log = bss.run('logs', pod, '-c', 'keeper');
      return log.split('INFO The server has the certificate of the Secret').length === 3;
    });
  }
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ failed: 0, lost: 0, clusterDown: 0 });
  expect(redis.pods.map((pod) => bss.restarts(pod))).toEqual(redis.pods.map(() => 0));
  keys = redis.count();
});

const changed = (user: string) => `changed-for-${user}-1`;

test('passwords are changed under load without a failed command', () => {
  const old = (user: string) => passwords[user]!;
  const load = new RedisLoad(redis, 'rotation');
  setPasswords((user) => `${old(user)}\n${changed(user)}\n`);
  for (const pod of redis.pods) expect(logsIn(pod, 'application', changed('application'))).toBe(true);
  // Now clients change, one after the other.
  setPasswords((user) => `${changed(user)}\n${old(user)}\n`);
  setPasswords((user) => `${changed(user)}\n`);
  for (const pod of redis.pods) {
    eventually('the old password to be refused', () => !logsIn(pod, 'application', old('application')));
    const exported = () => bss.try('exec', pod, '-c', 'keeper', '--', 'wget', '-qO-', 'http://127.0.0.1:9121/metrics');
    eventually('the exporter to log in with the new one', () => /^redis_up 1$/m.test(exported().output));
  }
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ failed: 0, lost: 0, clusterDown: 0 });
  redis.awaitWell();
  keys = redis.count();
  expect(keys).toBeGreaterThanOrEqual(KEYS + result.acknowledged);
});

test('servers that start again in their pods after that have the passwords of now', () => {
  for (const pod of redis.pods) {
    const before = bss.restarts(pod);
    signal(bss.pod(pod)!, 'KILL');
    eventually(`the container of ${pod} to be started again`, () => bss.restarts(pod) > before);
    redis.awaitReady();
    expect(logsIn(pod, 'keeper', changed('keeper'))).toBe(true);
    expect(logsIn(pod, 'keeper', passwords['keeper']!)).toBe(false);
  }
  redis.awaitWell();
  expect(redis.count()).toBe(keys);
});

test('a Secret with a bad password stops the pod that starts with it, which says so; the others serve, nothing is lost', () => {
  bss.run('patch', 'secret', SECRET, '-p', JSON.stringify({ stringData: { keeper: 'short' } }));
  const replica = redis.pods.find((pod) => !redis.isMaster(pod))!;
  bss.run('delete', 'pod', replica);
  const says = () => bss.try('logs', replica, '-c', 'redis-cluster').output;
  eventually('the pod to say what is wrong', () =>
    says().includes('The Secret\'s key "keeper" has a password of 5 characters'),
  );
  const statuses = bss.pod(replica)!.status.containerStatuses!;
  expect(statuses.filter(({ ready }) => ready).map(({ name }) => name)).toEqual(['exporter']);
  bss.run('patch', 'secret', SECRET, '-p', JSON.stringify({ stringData: { keeper: changed('keeper') } }));
  redis.awaitReady();
  expect(redis.count()).toBe(keys);
});

test('a backup that is restored after everything was wiped has every key, with its time to live', () => {
  redis.cluster('SET', 'expires', 'later', 'EX', '100000');
  expect(bss.runJob('redis-backup', 'backup-1')).toContain('INFO Complete');
  for (const pod of redis.pods.filter(redis.isMaster)) redis.cli(pod, 'FLUSHALL');
  expect(redis.count()).toBe(0);
  console.info(bss.runJob('redis-backup-restore', 'restore-1'));
  expect(redis.count()).toBe(keys + 1);
  expect(Number(redis.cluster('TTL', 'expires'))).toBeGreaterThan(90_000);
  redis.cluster('DEL', 'expires');
});

const reshard = (count: number) =>
  bss.run('exec', redis.pods[0]!, '-c', 'keeper', '--', 'sh', '/etc/redis/reshard.sh', `${count}`);

test('three shards become four, and three again, with every key', () => {
  redis.resize(shards(4));
  // A cluster with an empty shard is well: it only owns nothing yet.
  redis.awaitReady();
  console.info(reshard(4));
  redis.awaitReady();
  expect(Number(redis.cli('redis-cluster-3-0', 'DBSIZE'))).toBeGreaterThan(keys / 8);
  expect(redis.count()).toBe(keys);

  console.info(reshard(3));
  expect(Number(redis.cli('redis-cluster-3-0', 'DBSIZE'))).toBe(0);
  redis.resize(shards(3));
  bss.run('delete', 'statefulset/redis-cluster-3', 'service/redis-cluster-3-0', 'service/redis-cluster-3-1');
  redis.awaitReady();
  expect(redis.count()).toBe(keys);
});

test('a backup of three shards is restored into one', () => {
  const log = bss.runJob('redis-backup', 'backup-2');
  expect(log).toContain('INFO Complete');
  bss.run('delete', 'statefulsets', '-l', SERVERS);
  eventually('the pods to be gone', () => bss.pods(SERVERS).length === 0);
  bss.run(
    'delete',
    'pvc',
    ...bss
      .run('get', 'pvc', '-o', 'name')
      .trim()
      .split('\n')
      .filter((name) => name.includes('data-redis'))
      .map((name) => name.replace('persistentvolumeclaim/', '')),
  );
  redis.apply({ redisCluster: { ...environment.redisCluster, topology: { kind: 'single' } } });
  redis.awaitReady();
  bss.runJob('redis-backup-restore', 'restore-2');
  expect(redis.count()).toBe(keys);
});

test('Valkey runs by changing one line', () => {
  redis.apply({ images: { ...environment.images, redis: VALKEY } });
  redis.awaitReady();
  expect(redis.cli(redis.pods[0]!, 'INFO', 'server')).toContain('valkey_version');
  expect(redis.count()).toBe(keys);
});

/** Its tag here; elsewhere any of 8. */
const VALKEY = process.env['LIVE_VALKEY_IMAGE'] ?? 'valkey/valkey:8.1.1-alpine';
