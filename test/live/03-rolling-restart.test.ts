import { eventually } from '../../cluster/eventually';
import { Load } from '../../cluster/kafka/load';
import type { Namespace } from '../../cluster/namespace';
import { kafkaTool } from './kafka-tool';
import { laptop } from './shared';

const AT_LEAST = 1_000_000;

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});

test('a rolling restart of all brokers under load loses no record and leaves no partition below its minimum in sync', () => {
  const load = new Load(bss, { name: 'rolling-restart', partitions: 6, recordsPerSecond: 12_000, limit: AT_LEAST });
  const before = bss.pods('app.kubernetes.io/name=kafka').map(({ metadata }) => metadata.uid);
  const start = Date.now();
  bss.run('rollout', 'restart', 'statefulset/kafka');
  bss.awaitRollout('statefulset/kafka');
  const seconds = (Date.now() - start) / 1000;
  const result = load.result();
  console.info(`the roll took ${seconds.toFixed(1)} s`, result);
  const after = bss.pods('app.kubernetes.io/name=kafka').map(({ metadata }) => metadata.uid);
  expect(after.filter((uid) => before.includes(uid))).toEqual([]);
  expect(result).toMatchObject({ acknowledged: AT_LEAST, lost: 0, failed: 0, duplicates: 0, belowMinIsr: 0 });
  expect(result.observations).toBeGreaterThan(10);
});

test('leadership returns to the preferred brokers by itself', () => {
  eventually('every broker to lead its share', () => {
    const described = kafkaTool(bss, 'kafka-topics', '--describe');
    const partitions = [...described.matchAll(/Leader: (\d+)\tReplicas: (\d+),/g)];
    return partitions.length > 0 && partitions.every(([, leader, preferred]) => leader === preferred);
  });
});

test('the controller lets another broker take over before it leaves, while it still serves', () => {
  const before = controllerKnownTo(0);
  const pod = `kafka-${before}`;
  const preStop = '{.spec.containers[?(@.name=="kafka")].lifecycle.preStop.exec.command}';
  const command: string[] = JSON.parse(bss.run('get', 'pod', pod, '-o', `jsonpath=${preStop}`));
  bss.exec(pod, ...command);
  expect(controllerKnownTo(before)).not.toBe(before);
  expect(bss.isReady('kafka-0', 'kafka-1', 'kafka-2')).toBe(true);
});

function controllerKnownTo(broker: number): number {
  const ask = 'from cluster_metadata import fetch; print(fetch(9092).controller)';
  return Number(bss.exec(`kafka-${broker}`, 'env', 'PYTHONPATH=/etc/bss', 'python3', '-B', '-c', ask));
}
