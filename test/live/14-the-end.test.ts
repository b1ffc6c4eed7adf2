import { DEADLINE_SECONDS, eventually } from '../../cluster/eventually';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { laptop } from './shared';

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});

test('the whole platform goes with its namespace, and no broker waits for the others or for ZooKeeper', () => {
  const start = Date.now();
  kubectl(['delete', 'namespace', bss.name, '--wait=false']);
  eventually('its pods to go', () => bss.pods().length === 0);
  const seconds = (Date.now() - start) / 1000;
  // Where nothing has changed between two looks, 5 s apart, Kubernetes looks again after half of the longest grace that a pod
  // had, whether it is still there or not.
  kubectl(['wait', '--for=delete', `namespace/${bss.name}`, `--timeout=${DEADLINE_SECONDS}s`]);
  console.info(`its pods had gone after ${seconds} s, the namespace after ${(Date.now() - start) / 1000} s`);
  // Brokers that wait for each other take over five minutes.
  expect(seconds).toBeLessThan(40);
});
