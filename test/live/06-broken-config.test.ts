import { parseAllDocuments } from 'yaml';
import { eventually, since } from '../../cluster/eventually';
import { awaitConverged, manifests } from '../../cluster/installation';
import { Load } from '../../cluster/kafka/load';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { kind } from '../../config/kind';
import { contentHash } from '../../lib/content';
import { laptop } from './shared';

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});
afterEach(() => {
  kubectl(['apply', '-f', 'dist/kind']);
  awaitConverged(bss);
});

/** The brokers' manifest with one setting changed, as an edit of server.properties would change it. */
function withSetting(setting: string): string {
  const [key] = setting.split('=');
  return manifests(kind, 'kafka')
    .replace(new RegExp(`^( *)${key}=.*$`, 'm'), `$1${setting}`)
    .replace(/checksum\/files: \w+/, `checksum/files: ${contentHash(setting).slice(0, 16)}`);
}

const apply = (manifest: string) => kubectl(['apply', '-f', '-'], manifest);
const BROKEN = 'zookeeper.session.timeout.ms=soon';
const uids = () =>
  new Map(bss.pods('app.kubernetes.io/name=kafka').map(({ metadata }) => [metadata.name, metadata.uid]));
/** Call it before it is replaced: what it gives tells whether the pod's successor has failed. */
function successorFails(pod: string): () => boolean {
  const before = uids().get(pod);
  return () => uids().get(pod) !== before && bss.restarts(pod) > 0;
}

test('a broken configuration stops at the first broker, the others serve, and going back heals it', () => {
  const load = new Load(bss, { name: 'broken-config', partitions: 6, recordsPerSecond: 2000 });
  const before = uids();
  const firstFails = successorFails('kafka-2');
  apply(withSetting(BROKEN));
  eventually('the first broker to fail', firstFails);
  expect(bss.awaitLog('kafka-2', /Invalid value soon/)).toContain(
    'Invalid value soon for configuration zookeeper.session.timeout.ms',
  );
  expect([uids().get('kafka-0'), uids().get('kafka-1')]).toEqual([before.get('kafka-0'), before.get('kafka-1')]);
  kubectl(['apply', '-f', 'dist/kind']);
  awaitConverged(bss);
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, failed: 0, belowMinIsr: 0 });
});

test('a configuration that breaks in the middle of a roll heals by going back, too, without a pod deleted by hand', () => {
  const load = new Load(bss, { name: 'broken-midway', partitions: 6, recordsPerSecond: 2000 });
  // As when a second change meets a roll: broker 1 starts with the bad file, and then the controller, from the top
  // again, asks broker 2 to leave. It must not, and nothing replaces broker 1 while it stays.
  const broken = withSetting(BROKEN);
  apply(
    parseAllDocuments(broken)
      .find((document) => document.get('kind') === 'ConfigMap')!
      .toString(),
  );
  const middleFails = successorFails('kafka-1');
  bss.run('delete', 'pod', 'kafka-1', '--wait=false');
  eventually('broker 1 to fail', middleFails);
  apply(broken);
  eventually('broker 2 to be asked to leave', () => bss.pod('kafka-2')?.metadata.deletionTimestamp);
  expect(bss.awaitLog('kafka-2', /Broker 2 waits to leave/)).toContain('too few other in-sync replicas');
  const start = Date.now();
  kubectl(['apply', '-f', 'dist/kind']);
  awaitConverged(bss);
  console.info(`healed ${since(start)} after going back`);
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, failed: 0, belowMinIsr: 0 });
});
