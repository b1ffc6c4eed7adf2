import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a file that is kept in its own language beside its chart. */
export function nativeFile(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

/** A hash of `content` that is the same on every machine. */
export function contentHash(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
