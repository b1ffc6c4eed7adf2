import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { main } from '../main';

const root = join(__dirname, '..');

/** At one path for all tests: what tsx has compiled it keeps by path. */
const copy = join(mkdtempSync(join(tmpdir(), 'bss-main-')), 'copy');
let copies = 0;

/** The project as a stranger has it, to be broken without harm. */
function copyOfProject(): string {
  if (existsSync(copy)) renameSync(copy, `${copy}-${copies++}`);
  mkdirSync(copy);
  for (const name of [
    'main.ts',
    'cdk8s.yaml',
    'package.json',
    'tsconfig.json',
    'charts',
    'backend/events',
    'config',
    'lib',
    'dist',
  ]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  for (const name of ['node_modules', 'imports']) symlinkSync(join(root, name), join(copy, name));
  return copy;
}

function edit(directory: string, file: string, change: (text: string) => string): void {
  const path = join(directory, file);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`nothing changed in ${file}`);
  writeFileSync(path, changed);
}

function run(directory: string, command: string[], env: Record<string, string> = {}) {
  const [program, ...args] = command;
  return spawnSync(program!, args, { cwd: directory, encoding: 'utf8', env: { ...process.env, ...env } });
}

/** What cdk8s runs. */
const app: string = parse(readFileSync(join(root, 'cdk8s.yaml'), 'utf8')).app;
/** What `npm run synth` runs once the types are right. */
const synth = ['sh', '-c', app];
const written = { CDK8S_OUTDIR: '.synth' };

/** Content of every file below `directory`, by path. */
const treeOf = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(directory.length), readFileSync(path, 'utf8')]),
  );

// Processes of their own take seconds on a busy machine.
jest.setTimeout(120_000);

it('A wrong environment fails the synth with all its errors and nothing else, and leaves dist as it was', () => {
  const project = copyOfProject();
  edit(project, 'config/kind.ts', (text) =>
    text.replace('replication: 3', 'replication: 4').replace('servers: 1', 'servers: 2'),
  );
  edit(project, 'config/production.ts', (text) =>
    text.replace('graceSeconds: 900', 'graceSeconds: 600').replace('poolSize: 20', 'poolSize: 0'),
  );
  const { status, stderr } = run(project, synth, written);
  expect(status).toBe(1);
  // Who adds an environment made of production has its errors, too.
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((line) => !/^(?!kind|production)[a-z0-9-]+: /.test(line)),
  ).toEqual([
    expect.stringMatching(/^kind: zookeeper.servers is 2: .* Set it to 1 or 3\.$/),
    expect.stringMatching(/^kind: kafka.replication is 4, but there are 3 brokers, .* or more\.$/),
    expect.stringMatching(/^production: kafka.shutdown.graceSeconds is 600, .* for the logs\.$/),
    expect.stringMatching(/^production: pgbouncer.poolSize is 0: it must be a whole number of 1 or more\.$/),
  ]);
  expect(treeOf(join(project, 'dist'))).toEqual(treeOf(join(root, 'dist')));
});

it('A property that is misspelt, and a value that cdk8s refuses, fail the synth with their place', () => {
  const project = copyOfProject();
  edit(project, 'config/kind.ts', (text) => text.replace('replication: 3', 'replicaton: 3'));
  const misspelt = run(project, ['npm', 'run', '--silent', 'synth']);
  expect(misspelt.status).not.toBe(0);
  expect(misspelt.stdout).toMatch(/^config\/kind\.ts.*'replicaton' does not exist .* 'replication'\?$/m);
  edit(project, 'config/kind.ts', (text) =>
    text.replace('replicaton: 3', 'replication: 3').replace('gibibytes(10)', 'gibibytes(-10)'),
  );
  expect(run(project, synth, written)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^config\/kind\.ts:\d+: Storage amounts cannot be negative\. Received: -10\n$/),
  });
  expect(treeOf(join(project, 'dist'))).toEqual(treeOf(join(root, 'dist')));
});

it('npm run synth checks the types, and runs what the cdk8s program does', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [types, emptied, ran] = scripts.synth.split(' && ');
  expect([types, emptied]).toEqual(['tsc --noEmit', 'rm -rf .synth']);
  expect(run(root, ['sh', '-c', ran.replace('sh -c', 'echo')])).toMatchObject({ status: 0, stdout: `${app}\n` });
});

it('The cdk8s program makes the committed dist, in any time zone and language', () => {
  const project = copyOfProject();
  rmSync(join(project, 'dist'), { recursive: true });
  const elsewhere = { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
  const { status, stderr } = run(
    project,
    ['node', 'node_modules/cdk8s-cli/bin/cdk8s', 'synth', '--check-upgrade=false'],
    elsewhere,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(treeOf(join(project, 'dist'))).toEqual(treeOf(join(root, 'dist')));
});

it('main.ts says which environments there are when asked for another, and writes none', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'bss-out-'));
  expect(() => main(outdir, ['kind', 'prod'])).toThrow(
    /^unknown environment "prod": there are [a-z, -]*kind[a-z, -]*$/,
  );
  expect(readdirSync(outdir)).toEqual([]);
});

it('A change in any mounted file replaces the pods that mount it', () => {
  const project = copyOfProject();
  const files = readdirSync(join(project, 'charts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => join(parentPath, name).slice(project.length + 1));
  expect(files.length).toBeGreaterThan(8);
  for (const file of files) edit(project, file, (text) => `${text}\n`);
  const changed = { CDK8S_OUTDIR: join(project, 'changed') };
  expect(run(project, [...app.split(' && ')[0]!.split(' '), 'kind'], changed)).toMatchObject({ status: 0, stderr: '' });
  const checksums = (text: string): string[] =>
    text.match(/(?<=checksum\/files: )\S+|(?<=name: )(topics|databases)-[0-9a-f]{8}$/gm) ?? [];
  const before = checksums(Object.values(treeOf(join(root, 'dist/kind'))).join('\n'));
  const after = checksums(Object.values(treeOf(join(project, 'changed'))).join('\n'));
  expect(before.length).toBeGreaterThan(15);
  expect(after).toHaveLength(before.length);
  expect(after.filter((checksum) => before.includes(checksum))).toEqual([]);
});
