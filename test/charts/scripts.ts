import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Workspace } from '@astral-sh/ruff-wasm-nodejs';
import { unless, withoutProgram, withPython } from '../unless';

const root = join(__dirname, '../..');
const filesOf = (directory: string) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
const all = ['charts', 'lib', 'test', 'bench'].flatMap(filesOf);
const filesNamed = (ending: string) => all.filter((name) => name.endsWith(ending));
const read = (name: string) => readFileSync(join(root, name), 'utf8');

/** They wait most of their time, in which the others run. */
let ownTests: Promise<string>;
beforeAll(() => {
  const program = join(__dirname, '../kafka/pod_test.py');
  ownTests = new Promise((resolve) => {
    execFile('python3', ['-B', program], (error, _, stderr) => resolve(`${error?.code ?? 0}: ${stderr}`));
  });
});
afterAll(async () => {
  await ownTests;
});

describe('Python', () => {
  let ruff: Workspace;
  beforeAll(async () => {
    // V8 would spend 8 s of CPU on optimizing ruff, which then runs for a tenth of a second.
    setFlagsFromString('--liftoff-only');
    const ruffModule = await import('@astral-sh/ruff-wasm-nodejs');
    ruff = new ruffModule.Workspace(
      // 3.9 is the Python of Kafka's image.
      { 'line-length': 120, 'target-version': 'py39', lint: { select: ['E', 'F', 'W', 'B', 'I', 'SIM'] } },
      ruffModule.PositionEncoding.Utf16,
    );
  });
  const sources = filesNamed('.py').map(read);

  it('is valid for 3.9 and has nothing for ruff to complain about', () => {
    expect(sources.length).toBeGreaterThan(1);
    const complaints = sources.flatMap((source) => ruff.check(source));
    expect(complaints.map(({ code, message, start_location }) => `${start_location.row}: ${code} ${message}`)).toEqual(
      [],
    );
  });

  it('is formatted as ruff formats it', () => {
    for (const source of sources) expect(source).toBe(ruff.format(source));
  });

  it('would be refused with syntax that 3.9 does not have', () => {
    const [complaint] = ruff.check('match 1:\n    case 1:\n        pass\n');
    expect(complaint?.message).toMatch(/^Cannot use `match` statement on Python 3.9/);
  });
});

describe('Shell', () => {
  const scripts = filesNamed('.sh');
  const withShellcheck = unless(withoutProgram('shellcheck'));
  const shellcheck = (arguments_: string[], input = '') =>
    spawnSync('shellcheck', ['--format=gcc', ...arguments_], { cwd: root, input, encoding: 'utf8' });

  it('is valid for the shell that it names', () => {
    const shells = ['bash', 'sh'].map((shell) => ({
      shell,
      names: scripts.filter((name) => read(name).startsWith(`#!/bin/${shell}\n`)),
    }));
    expect(shells.flatMap(({ names }) => names).sort()).toEqual([...scripts].sort());
    for (const { shell, names } of shells) {
      const { stderr } = spawnSync(shell, ['-c', `for each; do ${shell} -n "$each"; done`, shell, ...names], {
        cwd: root,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
    }
  });

  withShellcheck('has nothing for shellcheck to complain about', () => {
    expect(scripts.length).toBeGreaterThan(20);
    expect(shellcheck([...scripts, ...filesOf('.ci')])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  withShellcheck('would be refused where a value could become several words', () => {
    expect(shellcheck(['-'], '#!/bin/sh\nrm $1\n').stdout).toMatch(
      /^-:2:4: note: Double quote to prevent .* \[SC2086\]$/m,
    );
  });
});

describe("Python of Kafka's pods", () => {
  withPython('passes its own tests', async () => {
    expect(await ownTests).toMatch(/^0: \.+\n[\s\S]*\nRan ([4-9]\d) tests in \S+\n\nOK\n$/);
  });
});
