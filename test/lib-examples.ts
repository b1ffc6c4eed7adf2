import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LIB = join(__dirname, '../lib');

/** Text of every file of lib by its path there, without `.ts`. */
export const LIBRARY: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path.replace(/\.ts$/, ''), readFileSync(join(LIB, path), 'utf8')]),
);

/** Lines of a docstring that stand four further in than its sentences. */
const INDENTED = /^ \* {5}.*\n(?:^ \*(?: {5}.*)?\n)*/gm;

/** What examples may speak of besides what lib exports: a platform, one of its components, and a server. */
const AROUND = `
export const shop = new Platform({ name: 'shop', namespace: 'shop', spread: 'preferred', podNetwork: '10.244.0.0/16' });
export class Till extends Component {
  constructor(scope: Platform, readonly props: { image: string }) {
    super(scope, 'till', 'sales');
  }
}
export const till = new Till(shop, { image: 'registry.example/shop/till:1.2.3' });
export const database = new StatelessWorkload(new (class extends Component {})(shop, 'database', 'data'), 'default', {
  image: 'registry.example/shop/database:1.2.3',
  user: 1000,
  ports: { sql: 5432 },
  resources: { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(128) },
  graceSeconds: 10,
}).endpoint('sql');
`;

/** Where each name comes from. */
const SOURCES = new Map([
  ['Size', 'cdk8s'],
  ...Object.entries(LIBRARY).flatMap(([path, text]) =>
    [...text.matchAll(/^export (?:abstract )?(?:class|const|function) (\w+)/gm)].map(
      ([, name]) => [name!, `./${path}`] as [string, string],
    ),
  ),
]);

/** A module for each example in the docstrings of lib, by its name. What an example makes it must use. */
export const EXAMPLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LIBRARY).flatMap(([path, text]) =>
    (text.match(INDENTED) ?? []).map((lines, index) => {
      const module = `${AROUND}{\n${lines.replaceAll(/^ \*/gm, '')}}\n`;
      const words = new Set(module.match(/\w+/g));
      const names = [...SOURCES.keys()].filter((name) => words.has(name));
      const imports = names.map((name) => `import { ${name} } from '${SOURCES.get(name)}';\n`).join('');
      // A word may be the name of a property: an import that nothing uses would not compile.
      return [`${path.replaceAll('/', '-')}-${index + 1}`, `${imports}export const mentioned = { ${names} };${module}`];
    }),
  ),
);
