import type { Environment } from '../charts/environment';
import { kind } from './kind';
import { production } from './production';
import { rehearsal } from './rehearsal';

/** What `npm run synth` writes. */
export const published: readonly Environment[] = [kind, production];

/** What main.ts can write when it is asked by name. */
export const environments: readonly Environment[] = [...published, rehearsal];

/** @throws when there is no environment of that name. */
export function environmentNamed(name: string): Environment {
  const environment = environments.find((each) => each.name === name);
  if (!environment) {
    throw new Error(`unknown environment "${name}": there are ${environments.map((each) => each.name).join(', ')}`);
  }
  return environment;
}
