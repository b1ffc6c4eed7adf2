import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PLATFORM } from '../charts/platform';
import { existing, kubectl } from './kubectl';

const OF_A_PLATFORM = `app.kubernetes.io/part-of=${PLATFORM}`;

/**
 * Names of these namespaces, and of any other that holds a platform, that the cluster has.
 * @throws when the cluster gives no answer: what cannot be seen may well be in use
 */
export function inUse(names: string[]): string[] {
  const found = [...existing('namespace', ...names), ...existing('namespace', '-l', OF_A_PLATFORM)];
  return [...new Set(found.map((name) => name.replace('namespace/', '')))];
}

/**
 * Keeps every kubectl of this process, and of those that it starts, to the cluster of the current context: a person who
 * changes the context meanwhile must not have another cluster broken. @returns the name of the context
 */
export function holdContext(): string {
  const context = kubectl(['config', 'current-context']).trim();
  const file = join(mkdtempSync(join(tmpdir(), 'bss-context-')), 'kubeconfig');
  process.on('exit', () => rmSync(dirname(file), { recursive: true, force: true }));
  // It holds what the context logs in with.
  writeFileSync(file, kubectl(['config', 'view', '--minify', '--flatten', '--raw']), { mode: 0o600 });
  process.env['KUBECONFIG'] = file;
  return context;
}
