import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { ADDITIONS, add, clone } from '../additions';
import { fencesUnder } from '../fences';

jest.setTimeout(600_000);

const [commands] = fencesUnder('README.md', 'After every change', 'sh');

// A minute each: in .ci/run, and not in `npm test`, which is one of these commands.
describe.each(ADDITIONS)('"%s"', (heading) => {
  it('is green after the commands that README.md names, and no others', () => {
    const project = clone();
    add(project, heading, 'inventory');
    const run = spawnSync('bash', ['-ec', commands!.text], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, CI: '' },
    });
    expect({ status: run.status, said: run.status === 0 ? '' : `${run.stdout}${run.stderr}` }).toEqual({
      status: 0,
      said: '',
    });
    rmSync(project, { recursive: true });
  });
});
