import { whole } from '../lib/values/numbers';

/** A sentence for each value that is no whole number of `least` or more. */
export const wholeErrors = (values: Record<string, number>, least = 1): string[] =>
  Object.entries(values).flatMap(([name, value]) => whole(least, Number.MAX_SAFE_INTEGER)(name, value));
