import { spawnSync } from 'node:child_process';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../charts/messaging/kafka/kafka';
import { clientLabels } from '../../charts/platform';
import { eventually } from '../../cluster/eventually';
import { tryKubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { removePod, startPod } from '../../cluster/tool-pod';
import { images } from '../../config/images';
import { laptop } from './shared';

const PROBES = ['stranger', 'client', 'akhq-stand-in'];
let bss: Namespace;

beforeAll(() => {
  bss = laptop();
  start('stranger', {}, ['sleep', 'infinity']);
  start('client', clientLabels(CLIENT_ROLE), ['sleep', 'infinity']);
  // Policies select by labels: a listener with AKHQ's stands for it, so that nothing depends on its image.
  const listen =
    "import http.server as h,threading as t;[t.Thread(target=h.HTTPServer(('',p),h.SimpleHTTPRequestHandler).serve_forever).start() for p in (8080,28081)]";
  start('akhq-stand-in', { 'app.kubernetes.io/name': 'akhq' }, ['python3', '-c', listen]);
  bss.awaitReady(...PROBES);
  for (const port of [8080, 28081]) {
    eventually(`the stand-in to listen on ${port}`, () => connects('akhq-stand-in', 'akhq-stand-in', port));
  }
});
afterAll(() => {
  for (const name of PROBES) removePod(bss, name);
});

function start(name: string, labels: Record<string, string>, command: string[]): void {
  startPod(bss, {
    ...{ name, labels, command },
    ports: { web: 8080, management: 28081 },
    resources: { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(128) },
  });
}

/** Of a pod, or of the only one of a workload. */
const address = (pod: string) =>
  eventually(
    `the address of ${pod}`,
    () => (bss.pod(pod) ?? bss.pods(`app.kubernetes.io/name=${pod}`)[0])?.status.podIP,
  );

/** By address, so that it is the port that is refused and not the name. */
function connects(from: string, to: string, port: number): boolean {
  return bss.try('exec', from, '--', 'timeout', '3', 'bash', '-c', `</dev/tcp/${address(to)}/${port}`).ok;
}

test.each([
  ['zookeeper-0', 2181],
  ['kafka-0', 9092],
  ['kafka-0', 9404],
  ['kafka-0', 19092],
  ['redis-cluster-0-0', 7000],
  ['redis-cluster-0-0', 7001],
  ['redis', 6379],
  ['postgres-0', 5432],
  ['pgbouncer', 6432],
  ['akhq-stand-in', 8080],
  ['akhq-stand-in', 28081],
])('a pod without permission does not reach %s on port %i', (pod, port) => {
  if (connects('stranger', pod, port)) {
    throw new Error(
      `a stranger reached ${pod}:${port}: this cluster does not enforce NetworkPolicies, so they prove nothing here`,
    );
  }
});

test.each([
  ['client', 'kafka-0', 9092],
  ['kafka-0', 'zookeeper-0', 2181],
  ['kafka-0', 'kafka-1', 9092],
  ['akhq-stand-in', 'kafka-2', 9092],
])('%s reaches %s on port %i, as the model says', (from, to, port) => {
  eventually('the policy to know the pod', () => connects(from, to, port), 30);
});

test('the host reaches the web port through the published port', () => {
  eventually('an answer', () => spawnSync('curl', ['-sf', '-m', '5', 'http://127.0.0.1:8083/']).status === 0, 60);
});

test('the role of a client opens the brokers and nothing else', () => {
  expect(connects('client', 'zookeeper-0', 2181)).toBe(false);
  expect(connects('client', 'kafka-0', 9404)).toBe(false);
});

test('the namespace refuses a privileged pod', () => {
  const refused = tryKubectl([
    ...[
      '-n',
      'bss',
      'run',
      'privileged',
      '--image',
      images.kafka,
      '--privileged',
      '--restart=Never',
      '--dry-run=server',
    ],
  ]);
  expect(refused.ok).toBe(false);
  expect(refused.output).toMatch(/violates PodSecurity "restricted:v1.27"/);
});
