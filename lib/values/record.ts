import { repeated } from '../repeated';
import { type Check, complaint, shown } from './check';

/** A check for each field, optional ones included: a field without one does not compile. */
export type Fields<T> = { readonly [Field in keyof T]-?: Check<T[Field]> };

/** How what is known to be right by itself fits together. */
export type Rule<T> = (value: T) => string[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const within = (name: string, field: string) => (name === '' ? field : `${name}.${field}`);

/**
 * Fields of that kind and no others. The rules are asked when every field is right: of a wrong one they would say nonsense.
 *
 *     const size = record<{ tills: number }>({ tills: whole(1, 100) });
 *     size('shop', { tills: 0 }); // ['shop.tills is 0: it must be a whole number of 1 or more.']
 */
export const record =
  <T extends object>(fields: Fields<T>, ...rules: Rule<T>[]): Check<T> =>
  (name, value) => {
    const known = Object.keys(fields);
    if (!isObject(value)) return [complaint(name || 'it', value, `an object with ${known.join(', ')}`)];
    const wrong = [
      ...known.flatMap((field) => fields[field as keyof T](within(name, field), value[field])),
      ...Object.keys(value).flatMap((field) => (known.includes(field) ? [] : [unknown(name, field, known)])),
    ];
    return wrong.length > 0 ? wrong : rules.flatMap((rule) => rule(value as T));
  };

/** One of several records, which `kind` tells apart. */
export const union =
  <T extends { readonly kind: string }>(
    kinds: { readonly [Kind in T['kind']]: Check<Extract<T, { kind: Kind }>> },
  ): Check<T> =>
  (name, value) => {
    const known = Object.keys(kinds) as T['kind'][];
    const choice = known.map((kind) => `'${kind}'`).join(' or ');
    if (!isObject(value)) return [complaint(name, value, `an object with kind: ${choice}`)];
    const kind = known.find((each) => each === value['kind']);
    return kind ? kinds[kind](name, value) : [complaint(`${name}.kind`, value['kind'], choice)];
  };

/** An object whose keys are free, each of them checked as `key`. */
export const dictionary =
  <T>(key: Check<string>, check: Check<T>): Check<Readonly<Record<string, T>>> =>
  (name, value) =>
    isObject(value)
      ? Object.entries(value).flatMap(([each, inner]) => [
          ...key(`${name}: the name ${shown(each)}`, each),
          ...check(within(name, each), inner),
        ])
      : [complaint(name, value, 'an object')];

/** One or more of a kind, by position, none of them twice. */
export const list =
  <T>(check: Check<T>, { least = 1, most = 1000 } = {}): Check<readonly T[]> =>
  (name, value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      return [complaint(name, value, `a list of ${least} to ${most}`)];
    }
    // Not by `map`, which skips what a sparse list has not.
    const wrong = Array.from(value, (each, index) => check(`${name}[${index}]`, each)).flat();
    if (wrong.length > 0) return wrong;
    const twice = repeated(value.filter((each) => typeof each === 'string'));
    return twice.map((each) => `${name} has ${shown(each)} twice. Remove one of them.`);
  };

/** A field that nobody reads is misspelt more often than it is one too many. */
function unknown(name: string, field: string, known: readonly string[]): string {
  const [near] = known.filter((each) => distance(each.toLowerCase(), field.toLowerCase()) <= 2);
  const advice = near ? `did you mean ${within(name, near)}?` : `there are ${known.join(', ')}. Remove it.`;
  return `${within(name, shown(field).slice(1, -1))} is not known: ${advice}`;
}

/** Characters that must be put in, taken out or replaced to come from one word to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 0; at < other.length; at++) {
      next.push(Math.min(next[at]! + 1, row[at + 1]! + 1, row[at]! + (character === other[at] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
