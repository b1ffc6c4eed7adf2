import { spawnSync } from 'node:child_process';

/** `test`, or, where something is missing, a test that is skipped and says why in its name. */
export function unless(missing: string | undefined): (sentence: string, proof: jest.ProvidesCallback) => void {
  return (sentence, proof) => {
    if (missing) test.skip(`${sentence} (skipped: ${missing})`, proof);
    else test(sentence, proof);
  };
}

/** For tests that run Python's programs. */
export const withPython = unless(spawnSync('python3', ['--version']).status === 0 ? undefined : 'no python3');
