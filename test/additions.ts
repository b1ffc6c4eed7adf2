import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fencesUnder } from './fences';

const root = join(__dirname, '..');

export const DATABASE = 'Add a database';

/** Where a page tells people what to add, by the headings there. */
const PAGE_OF: Record<string, string> = {
  'Add a topic': 'README.md',
  [DATABASE]: 'docs/data.md',
  'Add an environment': 'README.md',
  'Add a component': 'docs/add-a-component.md',
};

export const ADDITIONS = Object.keys(PAGE_OF);

/** Whatever a clone has, with the packages and the generated types of this tree, to be changed without harm. */
export function clone(): string {
  const copy = mkdtempSync(join(tmpdir(), 'bss-clone-'));
  const shared = ['node_modules', 'imports'];
  const omitted = [...shared, '.git', '.synth'];
  for (const name of readdirSync(root).filter((each) => !omitted.includes(each))) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !omitted.includes(basename(path)),
    });
  }
  for (const name of shared) symlinkSync(join(root, name), join(copy, name));
  return copy;
}

/** Where a part goes that is no file of its own, in the words of the pages. */
const PLACES: Record<string, (text: string, part: string) => string> = {
  'with the other imports': (text, part) => part + text,
  'in the list': (text, part) => text.replace(/,?\s*\];/, () => `,\n${part}];`),
  'in Environment': (text, part) => text.replace(/^export interface Environment .*\n/m, (line) => line + part),
  'in what an environment may be': (text, part) =>
    text.replace('const fields: Fields<Environment> = {\n', (line) => line + part),
  'in the environment': (text, part) => text.replace(/^ {2}namespace: .*\n/m, (line) => line + part),
  'after what it is made of': (text, part) =>
    text.replace('  if (environment.developmentSecrets)', (line) => part + line),
};

/** Under names that nobody has chosen, or who has added just these would add them twice. */
const renamed = (text: string, name: string) =>
  text.replaceAll(/refund|reports|staging|census/g, name).replaceAll('Census', name[0]!.toUpperCase() + name.slice(1));

/** Does to a clone what a page says under a heading. @param name for what is added, in place of the page's */
export function add(project: string, heading: string, name: string): void {
  const page = PAGE_OF[heading]!;
  for (const { text } of fencesUnder(page, heading, 'ts')) {
    const [before, ...parts] = renamed(text, name).split(/^\/\/ ([\w/.-]+\.ts)(?:, (.*))?\n/m);
    if (before || parts.length === 0)
      throw new Error(`${page}, "${heading}": a fence begins without the name of a file`);
    for (let index = 0; index < parts.length; index += 3) {
      put(page, join(project, parts[index]!), parts[index + 1], parts[index + 2]!);
    }
  }
}

function put(page: string, file: string, place: string | undefined, part: string): void {
  if (!place) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, part);
    return;
  }
  const insert = PLACES[place];
  if (!insert) throw new Error(`${page}: nobody knows where "${place}" is in ${file}`);
  const text = readFileSync(file, 'utf8');
  const changed = insert(text, part);
  if (changed === text) throw new Error(`${page}: there is no place "${place}" in ${file}`);
  writeFileSync(file, changed);
}
