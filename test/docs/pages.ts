import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repeated } from '../../lib/repeated';
import packageJson from '../../package.json';
import { fencesUnder, PAGES } from '../fences';
import { objectsIn } from '../written';

const root = join(__dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const proseOf = (page: string) => read(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');

/** What GitHub makes of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const headingsOf = (page: string) => [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!);

/** Links of a page to this repository: the file, and the heading in it. */
const linksOf = (page: string) =>
  [...proseOf(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)].map(([, path, anchor]) => ({
    path: path ? join(dirname(page), path) : page,
    anchor: anchor!,
  }));

describe.each(PAGES)('%s', (page) => {
  it('links to files that exist', () => {
    expect(linksOf(page).filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('links to headings that exist', () => {
    const wrong = linksOf(page).filter(
      ({ path, anchor }) => anchor && !(path.endsWith('.md') && headingsOf(path).map(anchorOf).includes(anchor)),
    );
    expect(wrong).toEqual([]);
  });

  it('has each heading once, so that a link says which is meant', () => {
    const headings = headingsOf(page).map(anchorOf);
    expect(repeated(headings)).toEqual([]);
  });

  it('names files that exist', () => {
    const names = [...proseOf(page).matchAll(/`((?:charts|config|dist|docs|gitops|lib|test)\/[\w./-]+)`/g)].map(
      (match) => match[1]!,
    );
    const here = page.startsWith('backend/') ? 'backend' : '';
    expect(names.filter((name) => !existsSync(join(root, here, name)) && name !== 'dist/staging')).toEqual([]);
  });

  it('names scripts that package.json has', () => {
    const { scripts } = page.startsWith('backend/') ? JSON.parse(read('backend/package.json')) : packageJson;
    const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!);
    expect(named.filter((script) => !(script in { ...packageJson.scripts, ...scripts }))).toEqual([]);
  });

  it('restarts nothing in a way that Flux would revert, and roll again', () => {
    const restarts = [...read(page).matchAll(/rollout restart(?! *`)(.*)/g)].map((match) => match[1]!);
    expect(restarts.filter((rest) => !rest.startsWith(' --field-manager=flux-client-side-apply '))).toEqual([]);
  });
});

it('README.md shows a line of the chart that it names', () => {
  const [line] = fencesUnder('README.md', 'How components are wired', 'ts');
  expect(read('charts/messaging/akhq/akhq.ts')).toContain(line!.text.trim());
});

it('README.md leads to every page', () => {
  const linked = linksOf('README.md').map(({ path }) => path);
  expect(PAGES.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
});

it('What a log or a comment in dist sends people to is there: a heading of the page, or a link to one', () => {
  const texts = ['kind', 'production'].flatMap((name) => objectsIn(`dist/${name}`)).map((each) => JSON.stringify(each));
  const named = texts.flatMap((text) => [...text.matchAll(/([^"\\]*)\\+" in (docs\/[\w-]+\.md)/g)]);
  const missing = named.filter(([, what, page]) => {
    const linked = [...proseOf(page!).matchAll(/\[([^\]]+)\]\(/g)].map((match) => match[1]!);
    return ![...headingsOf(page!), ...linked].includes(what!);
  });
  expect(missing.map(([whole]) => whole)).toEqual([]);
  expect(named.length).toBeGreaterThan(0);
  const pages = texts.flatMap((text) => [...text.matchAll(/(?<![\w./-])docs\/[\w-]+\.md/g)].map(([page]) => page));
  expect(pages.filter((page) => !existsSync(join(root, page)))).toEqual([]);
});

it('docs/decisions.md gives a reason for each dependency', () => {
  const table = read('docs/decisions.md').split('## Dependencies')[1]!;
  expect(Object.keys(packageJson.devDependencies).filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});

it('the command that prunes names every kind of object that an apply makes, but for those that hold data', () => {
  const command = read('docs/operations.md').match(/^kubectl .*--prune[\s\S]*?[^\\]$/m)![0];
  const named = [...command.matchAll(/--prune-allowlist=(\S+)/g)].map((match) => match[1]!.replace(/^core\//, ''));
  const made = ['dist/kind', 'dist/production']
    .flatMap(objectsIn)
    .map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  const kept = ['Namespace', 'LimitRange', 'ResourceQuota', 'PersistentVolumeClaim', 'Secret'].map(
    (kind) => `v1/${kind}`,
  );
  expect([...named, ...kept].sort()).toEqual([...new Set(made)].sort());
});
