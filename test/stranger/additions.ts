import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDITIONS, add, clone, DATABASE } from '../additions';
import { EXAMPLES } from '../lib-examples';

// Processes of their own take seconds on a busy machine.
jest.setTimeout(120_000);

it('What the pages say to add compiles and synthesizes, and so do the examples of lib; npm run test:additions runs all the commands that they name', () => {
  const project = clone();
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('node', args, {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, CDK8S_OUTDIR: 'made' },
    });
    return { status, output: `${stdout}${stderr}` };
  };
  // A database takes connections of which somebody may have given away the last, rightly.
  for (const heading of ADDITIONS.filter((each) => each !== DATABASE)) add(project, heading, 'sample');
  expect(run('--import', 'tsx', 'main.ts')).toEqual({ status: 0, output: '' });
  expect(readdirSync(join(project, 'made'))).toContain('sample');
  add(project, DATABASE, 'sample');
  for (const [name, module] of Object.entries(EXAMPLES)) writeFileSync(join(project, `lib/example-${name}.ts`), module);
  // The other cores run other tests.
  expect(run('node_modules/typescript/bin/tsc', '--noEmit', '--singleThreaded')).toEqual({ status: 0, output: '' });
});
