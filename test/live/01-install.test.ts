import { since } from '../../cluster/eventually';
import { awaitConverged, restarted } from '../../cluster/installation';
import { kubectl, tryKubectl } from '../../cluster/kubectl';
import { Namespace } from '../../cluster/namespace';
import { kind } from '../../config/kind';
import { beginWithNothing } from './shared';

const bss = new Namespace(kind.namespace);
const DIST = 'dist/kind';

beforeAll(() => beginWithNothing());

test('one apply on an empty cluster converges, and no container restarts', () => {
  const start = Date.now();
  kubectl(['apply', '-f', DIST]);
  awaitConverged(bss);
  console.info(`converged ${since(start)} after apply`);
  expect(restarted(bss, 'app.kubernetes.io/name!=akhq')).toEqual([]);
});

test('a second apply changes nothing', () => {
  expect(tryKubectl(['diff', '-f', DIST])).toEqual({ ok: true, output: '' });
});

test('a second apply calls every object unchanged, but for budgets: kubectl sends their selector each time', () => {
  const lines = kubectl(['apply', '-f', DIST]).trim().split('\n');
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => !/ unchanged$|^poddisruptionbudget\S+ configured$/.test(line))).toEqual([]);
});

test('no pod failed on its way', () => {
  expect(bss.run('get', 'pods', '--field-selector=status.phase=Failed', '-o', 'name')).toBe('');
});

test('java is process 1 of zookeeper-0, so that it hears the request to stop', () => {
  expect(bss.exec('zookeeper-0', 'cat', '/proc/1/comm').trim()).toBe('java');
});

test("Kafka's tools work in the broker's container as they are", () => {
  expect(bss.exec('kafka-0', 'kafka-topics', '--bootstrap-server', 'localhost:9092', '--list')).toContain('bss.events');
});

test('the brokers export metrics where the agent listens', () => {
  const metrics = bss.exec('kafka-0', 'curl', '-sf', 'http://localhost:9404/metrics');
  expect(metrics).toMatch(/^kafka_server_replicamanager_underreplicatedpartitions 0/m);
  expect(metrics).toMatch(/^kafka_controller_kafkacontroller_activecontrollercount [01]/m);
});

test('the ensemble keeps its data when its pod is replaced', () => {
  const clusterId = () =>
    bss.exec('zookeeper-0', 'bash', '-c', 'zookeeper-shell localhost:2181 get /cluster/id 2>/dev/null | tail -1');
  const before = clusterId();
  expect(before).toContain('"id"');
  bss.run('delete', 'pod', 'zookeeper-0');
  bss.awaitReady('zookeeper-0');
  expect(clusterId()).toBe(before);
});
