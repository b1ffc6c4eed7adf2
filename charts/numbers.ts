/** A sentence for each value that is no whole number of `least` or more. */
export function wholeErrors(values: Record<string, number>, least = 1): string[] {
  return Object.entries(values)
    .filter(([, value]) => !Number.isInteger(value) || value < least)
    .map(([name, value]) => `${name} is ${value}: it must be a whole number of ${least} or more.`);
}

/** A sentence when the schedule has not the five fields of cron. @param example one that has, and what it means */
export function scheduleErrors(name: string, schedule: string, example: string): string[] {
  return /^\S+( \S+){4}$/.test(schedule) ? [] : [`${name} is "${schedule}": it needs five fields, as in ${example}.`];
}
