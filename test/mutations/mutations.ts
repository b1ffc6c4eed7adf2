import { model } from '../../charts/synth';
import { mutated } from './mutate';
import { Random } from './random';
import { harm } from './sound';

/** What became of changes: `accepted` were written, and `wrong` neither told a person why nor were harmless. */
export interface Outcome {
  accepted: number;
  refused: number;
  readonly wrong: string[];
}

/** Advice that nobody can follow, and what a program says to programmers. */
const NONSENSE =
  /(Set|Raise|Lower)\b[^"]* to (-|0\b|NaN|Infinity|undefined)|NaN [A-Z]iB|Infinity [A-Z]iB|\[object|Cannot |is not (a function|iterable)|\n|^\S+: undefined/;

/** The value as somebody wrote it: not our words. */
const AS_IT_CAME = /^\S+( \S+)? is .*: it must be |^(topic|database) .* has no legal name: /;

/** Makes `count` environments from the seed. */
export function tryMutations(seed: number, count: number): Outcome {
  const random = new Random(seed);
  const outcome: Outcome = { accepted: 0, refused: 0, wrong: [] };
  for (let number = 0; number < count; number++) {
    const { environment, changes } = mutated(random);
    const found = verdict(environment, outcome);
    if (found.length > 0)
      outcome.wrong.push(`${number}: ${changes.join(' and ')}\n  ${found.slice(0, 3).join('\n  ')}`);
  }
  return outcome;
}

function verdict(environment: ReturnType<typeof mutated>['environment'], outcome: Outcome): string[] {
  try {
    const { app, errors } = model(environment);
    if (app && errors.length === 0) {
      outcome.accepted++;
      return harm(app, environment);
    }
    outcome.refused++;
    return errors.filter((error) => NONSENSE.test(error.replace(AS_IT_CAME, '')) || error.length > 600);
  } catch (error) {
    return [String(error instanceof Error ? error.stack : error)];
  }
}
