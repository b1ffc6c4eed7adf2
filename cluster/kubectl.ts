import { spawnSync } from 'node:child_process';

/** Runs kubectl in the current context. @throws with what kubectl said when it fails. */
export function kubectl(args: string[], input?: string): string {
  const { status, stdout, stderr } = run(args, input);
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** Like {@link kubectl}, but a refusal is an answer. */
export function tryKubectl(args: string[], input?: string): { ok: boolean; output: string } {
  const { status, stdout, stderr } = run(args, input);
  return { ok: status === 0, output: stdout + stderr };
}

function run(args: string[], input?: string) {
  // Jest gives a test an environment of its own, which a child sees only when it is handed on.
  const options = { input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, env: process.env } as const;
  const done = spawnSync('kubectl', args, options);
  if (done.error) throw done.error;
  return done;
}

/** Names of those that there are, as `namespace/bss`. @throws when there is no answer: only "not found" means no. */
export const existing = (...what: string[]): string[] =>
  kubectl(['get', ...what, '--ignore-not-found', '-o', 'name'])
    .split('\n')
    .filter(Boolean);
