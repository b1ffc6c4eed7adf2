import { kind } from '../config/kind';
import { manifestFiles } from '../lib/manifest-files';
import { fence } from './markdown';
import { model, onKind, refusal } from './model';

/** What one changed value changes in dist: nothing is added or removed, so line by line is enough. */
export function diff(): string {
  const changed = { ...kind, kafka: { ...kind.kafka, threads: { ...kind.kafka.threads, io: 8 } } };
  const [before, after] = [onKind, model(changed)].map((app) => Object.values(manifestFiles(app)).join('').split('\n'));
  const lines = before!.flatMap((line, index) => (line === after![index] ? [] : [`-${line}`, `+${after![index]}`]));
  return fence('diff', lines.join('\n'));
}

/** What synth says about a value that cannot work. */
export const refused = () => fence('text', refusal({ ...kind, kafka: { ...kind.kafka, minInsyncReplicas: 3 } }));

/** What synth says when the connections of all pools are more than the server has. */
export const budget = () => fence('text', refusal({ ...kind, pgbouncer: { ...kind.pgbouncer, poolSize: 40 } }));
