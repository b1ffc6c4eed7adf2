import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** `test`, or, where something is missing, a test that is skipped and says why in its name. */
export function unless(missing: string | undefined): (sentence: string, proof: jest.ProvidesCallback) => void {
  return (sentence, proof) => {
    if (missing) test.skip(`${sentence} (skipped: ${missing})`, proof);
    else test(sentence, proof);
  };
}

/** `no program`, or nothing where there is one: to look for it takes less than to ask it for its version. */
export function withoutProgram(program: string): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, program));
  return places.some(existsSync) ? undefined : `no ${program}`;
}

/** For tests that run Python's programs. */
export const withPython = unless(withoutProgram('python3'));
