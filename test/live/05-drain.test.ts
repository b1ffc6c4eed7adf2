import { DEADLINE_SECONDS, eventually, since } from '../../cluster/eventually';
import { Load } from '../../cluster/kafka/load';
import { tryKubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { signal } from '../../cluster/signal';
import { laptop } from './shared';

const LOAD = { partitions: 6, recordsPerSecond: 2000 };

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});

/** What `kubectl drain` asks for, one pod at a time. */
function evict(pod: string): { ok: boolean; output: string } {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: 'bss' } };
  return tryKubectl(
    ['create', '--raw', `/api/v1/namespaces/bss/pods/${pod}/eviction`, '-f', '-'],
    JSON.stringify(eviction),
  );
}

/** Call it before they go: what it gives tells whether each of these pods has a successor that is ready. */
function successorsOf(...pods: string[]): () => boolean {
  const uids = pods.map((pod) => bss.pod(pod)!.metadata.uid);
  return () =>
    bss.isReady(...pods) && pods.every((pod, index) => (bss.pod(pod)?.metadata.uid ?? uids[index]) !== uids[index]);
}

test('no broker may be evicted while another is out of sync, though it still runs; afterwards one may', () => {
  const frozen = bss.pod('kafka-2')!;
  signal(frozen, 'STOP');
  try {
    eventually('the frozen broker not to be ready', () => !bss.isReady('kafka-2'));
    const refused = evict('kafka-0');
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain('disruption budget');
  } finally {
    signal(frozen, 'CONT');
  }
  bss.awaitReady('kafka-0', 'kafka-1', 'kafka-2');
  const isReplaced = successorsOf('kafka-0');
  eventually('the eviction to be allowed', () => evict('kafka-0').ok);
  eventually('the broker to be replaced', isReplaced);
});

/** Unlike an eviction, a deletion asks no budget. */
function leaveTogether(load: Load, ...pair: string[]): void {
  const areReplaced = successorsOf(...pair);
  const start = Date.now();
  bss.run('delete', 'pod', ...pair);
  console.info(`both had left after ${since(start)}`);
  eventually('both to be replaced', areReplaced);
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, failed: 0, belowMinIsr: 0 });
}

test('two brokers that are told to go at the same moment leave one after the other', () => {
  leaveTogether(new Load(bss, { name: 'two-leave', ...LOAD }), 'kafka-1', 'kafka-2');
});

test('ZooKeeper stays for a broker that is told to go with it, as when their node is drained', () => {
  leaveTogether(new Load(bss, { name: 'with-zookeeper', ...LOAD }), 'zookeeper-0', 'kafka-1');
});

test('a broker that is told to go while ZooKeeper is gone for good goes soon, and nothing is lost', () => {
  const load = new Load(bss, { name: 'without-zookeeper', ...LOAD });
  bss.run('scale', 'statefulset/zookeeper', '--replicas=0');
  bss.run('wait', '--for=delete', 'pod/zookeeper-0', `--timeout=${DEADLINE_SECONDS}s`);
  const start = Date.now();
  bss.run('delete', 'pod', 'kafka-2');
  const seconds = (Date.now() - start) / 1000;
  console.info(`left after ${seconds.toFixed(1)} s`);
  bss.run('scale', 'statefulset/zookeeper', '--replicas=1');
  bss.awaitReady('zookeeper-0', 'kafka-0', 'kafka-1', 'kafka-2');
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, failed: 0 });
  expect(seconds).toBeLessThan(40);
});
