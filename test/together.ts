import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Declares the tests of every file of a directory as those of one: jest gives each test file modules of its own, and to
 * load cdk8s and to make all environments takes longer than what they test. One of them alone:
 * `npx jest test/lib.test.ts -t pod.ts`.
 */
export function together(directory: string): void {
  const names = readdirSync(join(__dirname, directory));
  for (const name of names) {
    if (name.endsWith('.test.ts')) throw new Error(`${directory}/${name} would run twice: leave ".test" out`);
    describe(name, () => {
      require(`./${directory}/${name}`);
    });
  }
}
