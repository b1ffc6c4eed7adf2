import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from '../progress';
import type { Conditions, Options } from '../results';

const DIRECTORY = join(__dirname, '../../backend');

/** Runs a script of the backend's package, and gives what it prints. */
export function run<T>(script: string, ...args: string[]): T {
  const { status, stdout } = spawnSync('npm', ['run', '--silent', script, '--', ...args], {
    ...{ cwd: DIRECTORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 },
  });
  if (status !== 0) throw new Error('the benchmark of the backend failed, see above: it needs npm ci in backend/');
  // Migrations say on the lines before what they wait for.
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
}

/** Gives `work` the backend's package as it was in that commit, with its dependencies. @param commit none, then nothing is given */
export function withCheckout<T>(commit: string | undefined, work: (directory: string | undefined) => T): T {
  if (commit === undefined) return work(undefined);
  const place = mkdtempSync(join(tmpdir(), 'bss-before-'));
  try {
    say(`fetching ${commit}`);
    execFileSync('git', ['worktree', 'add', '--detach', '--force', place, commit], { stdio: 'ignore' });
    const directory = join(place, 'backend');
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: directory, stdio: 'ignore' });
    return work(directory);
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', place], { stdio: 'ignore' });
    rmSync(place, { recursive: true, force: true });
  }
}

/** What differs from the conditions of other benchmarks. */
export const ownConditions = ({ before }: Options): Conditions => ({
  'Node.js': execFileSync('npm', ['exec', '-c', 'node --version'], { cwd: DIRECTORY, encoding: 'utf8' }).trim(),
  ...(before && { Before: `the outbox of commit ${before}, on the same Node.js` }),
});
