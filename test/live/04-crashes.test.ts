import { eventually, since } from '../../cluster/eventually';
import { awaitConverged } from '../../cluster/installation';
import { Load } from '../../cluster/kafka/load';
import type { Namespace } from '../../cluster/namespace';
import { signal } from '../../cluster/signal';
import { laptop } from './shared';

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});

test("kill -9 of a broker's java loses no record, and the broker comes back at its first start", () => {
  const load = new Load(bss, { name: 'killed-broker', partitions: 6, recordsPerSecond: 5000 });
  const restarts = () => bss.restarts('kafka-1');
  const before = restarts();
  signal(bss.pod('kafka-1')!, 'KILL');
  eventually('the container to be started again', () => restarts() > before);
  bss.awaitReady('kafka-1');
  expect(bss.run('logs', 'kafka-1')).toContain('Broker 1 waits until the session of its former life ends');
  expect(restarts()).toBe(before + 1);
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, failed: 0, belowMinIsr: 0 });
});

test('all ZooKeeper and Kafka pods deleted at once come back by themselves, records intact', () => {
  const load = new Load(bss, { name: 'all-deleted', partitions: 6, recordsPerSecond: 2000 });
  const start = Date.now();
  bss.run('delete', 'pods', '-l', 'app.kubernetes.io/name in (zookeeper, kafka)');
  awaitConverged(bss);
  bss.awaitReady('zookeeper-0', 'kafka-0', 'kafka-1', 'kafka-2');
  console.info(`all ready ${since(start)} after they were deleted`);
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, failed: 0 });
});
