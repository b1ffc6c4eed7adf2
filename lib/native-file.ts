import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a file that is kept in its own language beside its chart. */
export function nativeFile(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}
