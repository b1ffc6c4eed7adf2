/** A sentence for each value that is no whole number of `least` or more. */
export function wholeErrors(values: Record<string, number>, least = 1): string[] {
  return Object.entries(values)
    .filter(([, value]) => !Number.isInteger(value) || value < least)
    .map(([name, value]) => `${name} is ${value}: it must be a whole number of ${least} or more.`);
}
