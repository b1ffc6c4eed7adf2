import type { App } from 'cdk8s';
import { platform } from '../charts/platform';
import { kind } from '../config/kind';
import { production } from '../config/production';
import { Workload } from '../lib/workload';

/** The components of kind, and of production, by their names. */
export const [laptop, cluster] = [platform(kind), platform(production)];
export const [onKind, inProduction] = [laptop.app, cluster.app];

export const unique = <Value>(values: Value[]) => [...new Set(values)];

/** The workloads of both environments by name: each has some that `only` it has. */
export const workloads = unique([...Workload.all(inProduction), ...Workload.all(onKind)].map(({ name }) => name)).map(
  (name) => {
    const [here, there] = [onKind, inProduction].map((app) => Workload.all(app).find((each) => each.name === name));
    const only = here && there ? undefined : here ? kind.name : production.name;
    return { name, here, there, any: (here ?? there)!, only };
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
