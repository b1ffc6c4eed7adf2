import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');

/** Every page that people read, below the root. */
export const PAGES = [
  ...['README.md', 'backend/README.md', 'bench/README.md', 'gitops/README.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A block of code of a page, as it stands there to be pasted. */
export interface Fence {
  readonly page: string;
  /** Of the section that it is in. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  let heading = '';
  let open: { language: string; lines: string[] } | undefined;
  for (const line of readFileSync(join(root, page), 'utf8').split('\n')) {
    if (open && line === '```') {
      fences.push({ page, heading, language: open.language, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (line.startsWith('```')) open = { language: line.slice(3), lines: [] };
    else if (/^#+ /.test(line)) heading = line.replace(/^#+ /, '');
  }
  return fences;
}

/** The fences of a section. @throws when there are none: a test that is about them would prove nothing */
export function fencesUnder(page: string, heading: string, language: string): Fence[] {
  const found = fencesOf(page).filter((fence) => fence.heading === heading && fence.language === language);
  if (found.length === 0) throw new Error(`${page} has no fence of ${language} under "${heading}"`);
  return found;
}
