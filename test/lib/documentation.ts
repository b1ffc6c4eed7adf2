import { transformSync } from '@swc/core';
import { constructErrors } from '../../charts/synth';
import type { Platform } from '../../lib/platform';
import { EXAMPLES, LIBRARY } from '../lib-examples';

const files = Object.entries(LIBRARY).map(([path, text]) => ({ path, lines: text.split('\n') }));

/** The docstring that ends above a line. */
function docstring(lines: readonly string[], at: number): string {
  if (!lines[at - 1]?.endsWith('*/')) return '';
  const above = lines.slice(0, at).join('\n');
  return above.slice(above.lastIndexOf('/**'));
}

/** Lines that the pattern finds, and what stands above them. */
const declarations = (pattern: RegExp) =>
  files.flatMap(({ path, lines }) =>
    lines.flatMap((line, at) => {
      const match = line.match(pattern);
      return match ? [{ match, where: `lib/${path}.ts:${at + 1}: ${line.trim()}`, text: docstring(lines, at) }] : [];
    }),
  );

const where = (found: { where: string }[]) => found.map((each) => each.where);

it('Whatever lib exports has a docstring, and so has each prop, with @default where it may be left out', () => {
  const exported = declarations(/^export /);
  const props = declarations(/^ {2}readonly \w+(\??):.*;$/);
  expect([exported.length, props.length].map((count) => count > 50)).toEqual([true, true]);
  expect(where(exported.filter(({ text }) => text === ''))).toEqual([]);
  expect(where(props.filter(({ match, text }) => match[1] && !text.includes('@default')))).toEqual([]);
  expect(where(props.filter(({ text }) => /^\/\*\* @default/.test(text)))).toEqual([]);
});

it('Props of interfaces say what they are', () => {
  const bare = files.flatMap(({ path, lines }) => {
    let inside = false;
    return lines.flatMap((line, at) => {
      if (/^export interface/.test(line)) inside = true;
      else if (line === '}') inside = false;
      return inside && /^ {2}readonly /.test(line) && docstring(lines, at) === '' ? [`lib/${path}.ts:${at + 1}`] : [];
    });
  });
  expect(bare).toEqual([]);
});

it('Each construct has an example', () => {
  const constructs = declarations(/^export class \w+ extends|^export function \w+Jobs\(/);
  expect(constructs.length).toBeGreaterThan(8);
  expect(where(constructs.filter(({ text }) => !/^ \* {5}\S/m.test(text)))).toEqual([]);
});

// Not the folders of charts/: who adds a component there may call it as lib's examples do.
const SYSTEMS = [
  'kafka',
  'zookeeper',
  'akhq',
  'redis',
  'postgres',
  'pgbouncer',
  'pghero',
  'kong',
  'prometheus',
  'alertmanager',
];

it('Nothing in lib names this platform or one of its systems', () => {
  // A vendor's page may explain what many have.
  const named = new RegExp(`\\b(bss|${SYSTEMS.join('|')})`, 'i');
  expect(
    files.flatMap(({ path, lines }) =>
      lines.filter((line) => named.test(line.replaceAll(/https?:\S+/g, ''))).map((line) => `lib/${path}.ts: ${line}`),
    ),
  ).toEqual([]);
});

it.each(Object.entries(EXAMPLES))('The example %s runs', (_, module) => {
  const { code } = transformSync(module, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  const exported: { shop?: Platform } = {};
  new Function('require', 'exports', code)((name: string) => require(name.replace(/^\.\//, '../../lib/')), exported);
  expect(constructErrors(exported.shop!)).toEqual([]);
  expect(() => exported.shop!.synthYaml()).not.toThrow();
});
