import type { Environment } from '../charts/environment';
import { synth } from '../charts/synth';
import { kind } from '../config/kind';
import { fence } from './markdown';

/** What one changed value changes in dist: nothing is added or removed, so line by line is enough. */
export function diff(): string {
  const changed = { ...kind, kafka: { ...kind.kafka, threads: { ...kind.kafka.threads, io: 8 } } };
  const [before, after] = [kind, changed].map((each) => Object.values(synth(each).files).join('').split('\n'));
  const lines = before!.flatMap((line, index) => (line === after![index] ? [] : [`-${line}`, `+${after![index]}`]));
  return fence('diff', lines.join('\n'));
}

/** What synth says of an environment that cannot work, as it is printed. */
const refusal = (environment: Environment) =>
  fence(
    'text',
    synth(environment)
      .errors.map((error) => `${environment.name}: ${error}`)
      .join('\n'),
  );

/** What synth says about a value that cannot work. */
export const refused = () => refusal({ ...kind, kafka: { ...kind.kafka, minInsyncReplicas: 3 } });

/** What synth says when the connections of all pools are more than the server has. */
export const budget = () => refusal({ ...kind, pgbouncer: { ...kind.pgbouncer, poolSize: 40 } });
