import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Filter, maskingFilters } from '../../charts/messaging/akhq/masking';
import { unless, withoutProgram } from '../unless';

const MASK = join(__dirname, 'Mask.java');
const JAVA = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m', MASK];

/** For tests of what Java makes of the expressions. Only a JDK has the compiler. */
export const withJava = unless(withoutProgram('javac') && 'no java, of a JDK, 11 or later');

export interface Masked {
  readonly text: string;
  readonly milliseconds: number;
}

/** As AKHQ does: every expression of the file on the whole text, one after the other. */
export function maskedByJava(texts: readonly string[], filters: readonly Filter[] = maskingFilters()): Masked[] {
  const input = Buffer.concat([
    int(filters.length),
    ...filters.flatMap((each) => [string(each['search-regex']), string(each.replacement)]),
    int(texts.length),
    ...texts.map(string),
  ]);
  const { status, stdout, stderr } = spawnSync('java', JAVA, { input, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${stderr}`);
  let at = 0;
  return texts.map(() => {
    const [milliseconds, length] = [stdout.readInt32BE(at), stdout.readInt32BE(at + 4)];
    const text = stdout.toString('utf8', at + 8, at + 8 + length);
    at += 8 + length;
    return { milliseconds, text };
  });
}

/** The same by JavaScript, which knows nothing of possessive: no other match than theirs is possible here. Not for long texts. */
export function maskedHere(texts: readonly string[], filters: readonly Filter[] = maskingFilters()): string[] {
  const searches = filters.map(({ 'search-regex': search, replacement }) => ({
    search: new RegExp(search.replaceAll(']++|', ']|').replaceAll(/([*+}])\+/g, '$1'), 'g'),
    replacement,
  }));
  return texts.map((text) =>
    searches.reduce((masked, { search, replacement }) => masked.replace(search, replacement), text),
  );
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const string = (text: string) => Buffer.concat([int(Buffer.byteLength(text)), Buffer.from(text)]);
