import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ADDITIONS, add, clone } from '../additions';

// Processes of their own take seconds on a busy machine.
jest.setTimeout(120_000);

it('What the README says to add compiles and synthesizes; npm run test:additions runs all the commands that it names', () => {
  const project = clone();
  for (const heading of ADDITIONS) add(project, heading, 'sample');
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('node', args, {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, CDK8S_OUTDIR: 'made' },
    });
    return { status, output: `${stdout}${stderr}` };
  };
  expect(run('node_modules/typescript/bin/tsc', '--noEmit')).toEqual({ status: 0, output: '' });
  expect(run('--import', 'tsx', 'main.ts')).toEqual({ status: 0, output: '' });
  expect(readdirSync(join(project, 'made'))).toContain('sample');
});
