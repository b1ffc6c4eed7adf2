import { type Check, complaint, shown } from './check';

/** A registry, a path, a tag and perhaps a digest: https://github.com/distribution/reference/blob/v0.6.0/reference.go */
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^(?:${PART}(?::[0-9]{1,5})?/)?(${PART}(?:/${PART})*):([^:@/]+)(?:@sha256:[0-9a-f]{64})?$`,
);

/** Whatever is there when a pod starts. */
const UNPINNED = new RegExp(`^(?:${PART}(?::[0-9]{1,5})?/)?${PART}(?:/${PART})*(?::|:latest)?$`);

/** The tag is also the value of a label. */
const TAG = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Which versions a chart is made for. */
export interface Versions {
  /** Found in the name and tag that it is made for, as in `till:1.2.3`. */
  readonly of: RegExp;
  /** The same in words, as in "1.x". */
  readonly words: string;
  /** Why no others, in a sentence. */
  readonly because: string;
}

/** An image whose tag says which version it is. @param versions what the chart is made for, @default - any */
export const image =
  (versions?: Versions): Check<string> =>
  (name, value) => {
    if (typeof value !== 'string') return [complaint(name, value, 'an image with its tag, as in "name:7.6.0"')];
    const [, path, tag] = value.length <= 255 ? (value.match(REFERENCE) ?? []) : [];
    const refused = (why: string) => [`${name} is ${shown(value)}: ${why}`];
    if (UNPINNED.test(value)) {
      return refused('it must name a tag other than latest, as in "name:7.6.0", or pods of one set may differ.');
    }
    if (path === undefined || tag === undefined) {
      return refused(
        'it must be a path of a-z, 0-9, ".", "_" and "-", a registry before it or none, and a tag, as in ' +
          '"registry.example:5000/name:7.6.0", without "https://".',
      );
    }
    if (!TAG.test(tag)) {
      return refused(
        'its tag is also a label, so it must be 1 to 63 of the characters A-Z, a-z, 0-9, ".", "_" and "-", a letter or a ' +
          'digit at both ends.',
      );
    }
    return versions && !versions.of.test(`${path.split('/').at(-1)}:${tag}`)
      ? refused(`this chart is for ${versions.words}. ${versions.because}`)
      : [];
  };
