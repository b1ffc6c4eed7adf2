import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Declares the tests of every file of a directory as those of one: jest gives each test file modules of its own, and to
 * load cdk8s and to make all environments takes longer than what they test.
 */
export function together(directory: string): void {
  const names = readdirSync(join(__dirname, directory));
  for (const name of names) {
    describe(name, () => {
      require(`./${directory}/${name}`);
    });
  }
}
