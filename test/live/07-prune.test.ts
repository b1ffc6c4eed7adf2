import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { awaitConverged } from '../../cluster/installation';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { laptop } from './shared';

/** One with claims of its pods, one with a claim of its own, and one with neither. */
const REMOVED = ['redis-cluster', 'redis-backup', 'akhq'];
const folder = mkdtempSync(join(tmpdir(), 'bss-prune-'));

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
  cpSync('dist/kind', folder, { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  kubectl(['apply', '-f', 'dist/kind']);
  awaitConverged(bss);
});

/** Runs the command of the documentation on the folder, and gives what it removed. */
function prune(): string[] {
  const [command] = readFileSync('docs/operations.md', 'utf8').match(/^kubectl .*--prune[\s\S]*?[^\\]$/m)!;
  const [, ...args] = command.replaceAll('\\\n', ' ').replace('dist/kind', folder).split(/\s+/);
  return [...kubectl(args).matchAll(/^(\S+) pruned$/gm)].map((match) => match[1]!);
}

const claims = () => bss.run('get', 'persistentvolumeclaims', '-o', 'name');

test('the documented prune of a whole folder removes Jobs of former versions and nothing else', () => {
  prune();
  bss.runJob('topics-drift', 'made-by-hand');
  expect(prune()).toEqual([]);
});

test('a component that was taken out is removed by it, all but its claims, and what stays runs on', () => {
  const files = readdirSync(folder).filter((file) => REMOVED.some((name) => file.endsWith(`-${name}.k8s.yaml`)));
  const objects = files
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document): { kind: string; metadata: { name: string } } => document.toJS());
  for (const file of files) rmSync(join(folder, file));
  const [uids, claimed] = [
    new Set(bss.pods('app.kubernetes.io/component=messaging').map(({ metadata }) => metadata.uid)),
    claims(),
  ];

  const removed = prune();
  const made = objects.filter(({ kind }) => kind !== 'PersistentVolumeClaim');
  const shortNames = removed.map((name) => name.replace(/^([a-z]+)[^/]*/, '$1'));
  expect(shortNames.sort()).toEqual(made.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`).sort());
  expect(claims()).toBe(claimed);
  const akhq = bss.pods('app.kubernetes.io/name=akhq').map(({ metadata }) => metadata.uid);
  const running = bss.pods('app.kubernetes.io/component=messaging').map(({ metadata }) => metadata.uid);
  expect(running.filter((uid) => !akhq.includes(uid)).filter((uid) => !uids.has(uid))).toEqual([]);
});
