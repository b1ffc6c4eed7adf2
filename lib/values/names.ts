import { type Check, must } from './check';

const matches = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const dnsLabel: Check<string> = must(
  '1 to 63 of the characters a-z, 0-9 and "-", which may not be first or last',
  matches(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
);

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export const dnsSubdomain: Check<string> = must(
  'up to 253 of the characters a-z, 0-9, "-" and ".", a letter or a digit at both ends of each part',
  matches(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
);

/** Key of a ConfigMap or a Secret. */
export const dataKey: Check<string> = must(
  '1 to 253 of the characters A-Z, a-z, 0-9, "-", "_" and ".", and not "." or ".."',
  matches(/^(?!\.{1,2}$)[-._A-Za-z0-9]{1,253}$/),
);

/** A line for people. */
export const line: Check<string> = must(
  'one line of 1 to 200 characters',
  // Neither control characters nor what begins a line of its own: it ends up in tables.
  matches(/^(?! )[^\p{Cc}\p{Zl}\p{Zp}|]{1,200}(?<! )$/u),
);
