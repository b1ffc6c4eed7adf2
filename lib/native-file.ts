import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a file that is kept in its own language beside its chart. */
export function nativeFile(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

/** Files that are kept in `directory` under the same names, for a pod's `files`, by their paths in `mountPath`. */
export const nativeFiles = (directory: string, mountPath: string, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${mountPath}/${name}`, nativeFile(directory, name)]));
