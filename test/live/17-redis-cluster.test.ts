import { eventually, since } from '../../cluster/eventually';
import { abandon } from '../../cluster/installation';
import type { Namespace } from '../../cluster/namespace';
import { dispensableNode, runNodeCommand, threeNodes } from '../../cluster/nodes';
import {
  REDIS_NAMESPACE,
  RedisInstallation,
  SERVERS,
  servesAllSlots,
  sixServers,
} from '../../cluster/redis/installation';
import { signal } from '../../cluster/signal';
import { unless } from '../unless';
import { RedisLoad } from './redis/load';
import { beginWithNothing } from './shared';

const KEYS = 3000;
const redis = new RedisInstallation(sixServers());
const bss: Namespace = redis.namespace;

beforeAll(() => beginWithNothing(REDIS_NAMESPACE));
afterAll(() => abandon(REDIS_NAMESPACE));

test('six servers form a cluster from one apply', () => {
  const start = Date.now();
  redis.apply();
  redis.awaitReady();
  console.info(`six servers are a cluster ${since(start)} after apply`);
  expect(redis.pods.filter(redis.isMaster)).toEqual(['redis-cluster-0-0', 'redis-cluster-1-0', 'redis-cluster-2-0']);
  redis.fill(KEYS);
  expect(redis.count()).toBe(KEYS);
});

test('all pods deleted at once, with new addresses, are a cluster again, and no key is missing', () => {
  bss.run('delete', 'pods', '-l', SERVERS);
  eventually('the containers to run', () => redis.pods.every((pod) => redis.tryCli(pod, 'ping') === 'PONG'));
  const start = Date.now();
  eventually('all slots to be served', () => redis.isServing());
  console.info(`all slots served ${since(start)} after the servers ran`);
  redis.awaitWell();
  console.info(`replicas in sync ${since(start)} after the servers ran`);
  expect(redis.count()).toBe(KEYS);
});

test('a master that loses its volume comes back as a replica, and no key is missing', () => {
  redis.awaitReady();
  const lost = redis.pods.find(redis.isMaster)!;
  const { uid } = bss.pod(lost)!.metadata;
  bss.run('delete', 'pvc', `data-${lost}`, '--wait=false');
  // Without its farewell, as a node dies.
  bss.run('delete', 'pod', lost, '--grace-period=0', '--force');
  eventually('another pod', () => (bss.pod(lost)?.metadata.uid ?? uid) !== uid);
  redis.awaitReady();
  // It may have been made a master again since, for its machine has no other.
  expect(bss.run('logs', lost, '-c', 'keeper')).toContain('INFO Becomes a replica of');
  expect(redis.count()).toBe(KEYS);
});

test('kill -9 of a master under load: its replica takes over, and what was acknowledged is counted', () => {
  const load = new RedisLoad(redis, 'killed-master');
  const master = redis.pods.find(redis.isMaster)!;
  const before = bss.restarts(master);
  signal(bss.pod(master)!, 'KILL');
  eventually('the container to be started again', () => bss.restarts(master) > before);
  redis.awaitReady();
  const result = load.stop();
  console.info(result);
  // Replication is asynchronous: what the master had acknowledged and not yet sent is gone, a second's writes at most.
  expect(result.lost).toBeLessThanOrEqual(500);
  expect(result.acknowledged).toBe(result.sent);
});

test('an update of all shards at once under load: no CLUSTERDOWN, and no key lost', () => {
  const load = new RedisLoad(redis, 'rolling-restart');
  const uids = new Set(redis.pods.map((pod) => bss.pod(pod)!.metadata.uid));
  const start = Date.now();
  bss.run('rollout', 'restart', ...redis.statefulSets);
  bss.awaitRollout(...redis.statefulSets);
  console.info(`rolled in ${since(start)}`);
  redis.awaitReady();
  expect(redis.pods.filter((pod) => uids.has(bss.pod(pod)!.metadata.uid))).toEqual([]);
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ clusterDown: 0, lost: 0 });
});

const { commands, missing } = threeNodes();
const onNodes = unless(missing);
const nodeOf = (pod: string) => bss.pod(pod)!.spec.nodeName;

onNodes('no master shares a node with its replica, nor with another master', () => {
  redis.awaitReady();
  for (const shard of [0, 1, 2]) {
    expect(nodeOf(`redis-cluster-${shard}-0`)).not.toBe(nodeOf(`redis-cluster-${shard}-1`));
  }
  eventually('each node to have one master', () => {
    const masters = redis.pods.filter(redis.isMaster).map(nodeOf);
    return masters.length === 3 && new Set(masters).size === 3;
  });
});

onNodes('a stopped node: the others serve all slots, and its return heals', () => {
  const node = dispensableNode();
  const load = new RedisLoad(redis, 'stopped-node', { avoidNode: node });
  const others = redis.pods.filter((pod) => nodeOf(pod) !== node);
  const start = Date.now();
  runNodeCommand(commands!.stop, node);
  try {
    eventually(
      'the others to serve all slots',
      () => servesAllSlots(redis.tryCli(others[0]!, 'cluster', 'info')) && others.filter(redis.isMaster).length === 3,
    );
    console.info(`all slots served again ${since(start)} after the node was stopped`);
  } finally {
    runNodeCommand(commands!.start, node);
  }
  bss.awaitReady(...redis.pods);
  redis.awaitWell();
  const result = load.stop();
  console.info(result);
  expect(result.acknowledged).toBe(result.sent);
});
