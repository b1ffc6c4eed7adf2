import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Declares the tests of every file of directories as those of one: jest gives each test file modules of its own, and to
 * load cdk8s and to make all environments takes longer than what they test. One of them alone:
 * `npx jest test/model.test.ts -t schema.ts`.
 */
export function together(...directories: readonly string[]): void {
  for (const directory of directories) {
    for (const name of readdirSync(join(__dirname, directory))) {
      if (name.endsWith('.test.ts')) throw new Error(`${directory}/${name} would run twice: leave ".test" out`);
      describe(name, () => {
        require(`./${directory}/${name}`);
      });
    }
  }
}
