import type { Environment } from '../charts/environment';
import { valueErrors } from '../charts/values';
import { environmentNamed } from '../config/environments';

/** What is said of `production` with another value at the path. */
export function errorsAt(path: string, value: unknown): string[] {
  const changed = (within: unknown, [key, ...rest]: string[]): unknown => {
    const copy = Array.isArray(within) ? [...within] : { ...(within as object) };
    const inner = rest.length === 0 ? value : changed((within as Record<string, unknown>)[key!], rest);
    return Object.assign(copy, { [key!]: inner });
  };
  return valueErrors(
    changed(environmentNamed(path in kindOnly ? 'kind' : 'production'), path.split('.')) as Environment,
  );
}

/** Sections that production does not have. */
const kindOnly = { podNetwork: 0, 'developmentSecrets.akhq': 0 };
