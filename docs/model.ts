import { App } from 'cdk8s';
import { platform } from '../charts/platform';
import { validationErrors } from '../charts/rules';
import type { Environment } from '../config/environment';
import { kind } from '../config/kind';
import { production } from '../config/production';
import { Workload } from '../lib/workload';

/** An environment as a construct tree; nothing is written. */
export const model = (environment: Environment) => platform(new App(), environment);
export const onKind = model(kind);
export const inProduction = model(production);

/** What synth says of an environment that cannot work, as it is printed. */
export const refusal = (environment: Environment) =>
  validationErrors(model(environment))
    .map((error) => `${environment.name}: ${error}`)
    .join('\n');

export const unique = <Value>(values: Value[]) => [...new Set(values)];

/** The workloads of both environments by name: each has some that the other has not. */
export const workloads = unique([...Workload.all(inProduction), ...Workload.all(onKind)].map(({ name }) => name)).map(
  (name) => {
    const [here, there] = [onKind, inProduction].map((app) => Workload.all(app).find((each) => each.name === name));
    return { name, here, there, any: (here ?? there)! };
  },
);

/** What `list` finds in both environments, each once, with the name of the environment where only one has it. */
export function inEither(list: (app: App) => string[]): { readonly found: string; readonly only?: string }[] {
  const [here, there] = [list(onKind), list(inProduction)];
  return unique([...here, ...there]).map((found) => {
    if (here.includes(found) && there.includes(found)) return { found };
    return { found, only: here.includes(found) ? kind.name : production.name };
  });
}
