import { DEADLINE_SECONDS, kubectl, type Namespace } from './cluster';
import { runningKind } from './installation';

let bss: Namespace;
beforeAll(() => {
  bss = runningKind();
});

test('the whole platform goes with its namespace, and no broker waits for the others or for ZooKeeper', () => {
  const start = Date.now();
  kubectl(['delete', 'namespace', bss.name, `--timeout=${DEADLINE_SECONDS}s`]);
  const seconds = (Date.now() - start) / 1000;
  console.info(`the namespace had gone after ${seconds.toFixed(1)} s`);
  // Brokers that wait for each other take over five minutes. The namespace itself may be looked at late.
  expect(seconds).toBeLessThan(150);
});
