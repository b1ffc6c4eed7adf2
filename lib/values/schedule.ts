import { Cron } from 'croner';
import { type Check, complaint, shown } from './check';

/** What the controller of CronJobs reads: no seconds, no 7 for Sunday, none of the letters that other crons know. */
const FIELD = /^(\*|\?|[0-9]+|[A-Za-z]{3})(-([0-9]+|[A-Za-z]{3}))?(\/[0-9]+)?$/;
const DAYS_OF_WEEK = 4;

/** A date before any that matters, and no clock: the same answer at any time. */
const FROM = new Date('2024-01-01T00:00:00Z');

function problem(value: string): string | undefined {
  const fields = value.trim().split(/ +/);
  if (fields.length !== 5 || /[^\x20-\x7e]/.test(value)) return 'five fields';
  const odd = fields.find((field) => !field.split(',').every((part) => FIELD.test(part)));
  if (odd !== undefined) return `fields of numbers, names, "*", ",", "-" and "/", not ${shown(odd)}`;
  if (/7/.test(fields[DAYS_OF_WEEK]!.replaceAll(/\/\d+/g, ''))) return 'days of the week of 0, Sunday, to 6';
  try {
    // `5/15` without an end is legal for Kubernetes, which croner calls sloppy; `?` it does not know.
    const spelt = fields.join(' ').replaceAll('?', '*');
    return new Cron(spelt, { mode: '5-part', timezone: 'Etc/UTC', sloppyRanges: true }).nextRun(FROM)
      ? undefined
      : 'a time that comes: this one never does';
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `minute 0-59, hour 0-23, day 1-31, month 1-12 and day of the week 0-6 (${shown(reason).slice(1, -1)})`;
  }
}

/** Five cron fields. @param example one that has, and what it means */
export const schedule =
  (example: string): Check<string> =>
  (name, value) => {
    if (typeof value !== 'string') return [complaint(name, value, `five fields of cron, as in ${example}`)];
    const wrong = problem(value);
    return wrong === undefined ? [] : [`${name} is ${shown(value)}: it needs ${wrong}, as in ${example}.`];
  };
