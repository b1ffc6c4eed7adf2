import { Duration, Size } from 'cdk8s';

/** Everything wrong with a value, in sentences that begin with its name and say the limit and the way out. */
export interface Check<T> {
  (name: string, value: unknown): string[];
  /** Ties the check to the type of what it lets pass. @default - always: nobody sets it */
  readonly passes?: T;
}

const LONGEST = 60;

/** A value as a message can show it: quoted, on one line, and not longer than one. */
export function shown(value: unknown): string {
  if (value instanceof Size) return value.asString().replace(/([KMGTP]i)$/, ' $1B');
  // Not `toHumanString`, which throws for some.
  if (value instanceof Duration) return `${value.toMilliseconds({ integral: false }) / 1000} seconds`;
  if (typeof value === 'function') return 'a function';
  // JSON has no word for a bigint, and throws.
  const plain = (_key: string, each: unknown) => (typeof each === 'bigint' ? `${each}` : each);
  const text = typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value, plain) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

/** One sentence about a value that is missing, or not what it must be. */
export const complaint = (name: string, value: unknown, must: string): string =>
  value === undefined ? `${name} is missing: it must be ${must}.` : `${name} is ${shown(value)}: it must be ${must}.`;

/** A check that knows one thing that a value must be, in words that follow "it must be". */
export const must =
  <T>(be: string, holds: (value: unknown) => boolean): Check<T> =>
  (name, value) =>
    holds(value) ? [] : [complaint(name, value, be)];

/** One of these words and nothing else. */
export const oneOf = <const Word extends string>(...words: Word[]): Check<Word> =>
  must(words.map((word) => `'${word}'`).join(' or '), (value) => words.some((word) => word === value));

/** A value that may be left out. */
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (name, value) =>
    value === undefined ? [] : check(name, value);

/** What `first` lets pass, asked for more: the second question has no answer where the first had none. */
export const and =
  <T>(first: Check<T>, ...more: Check<T>[]): Check<T> =>
  (name, value) => {
    const wrong = first(name, value);
    return wrong.length > 0 ? wrong : more.flatMap((check) => check(name, value));
  };
