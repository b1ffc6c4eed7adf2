import { parse } from 'yaml';
import type { Check } from '../lib/values/check';

type Values = Readonly<Record<string, string>>;

/** Key by key. */
export const each =
  (of: (key: string) => Check<string>): Check<Values> =>
  (name, values) =>
    Object.entries(values as Values).flatMap(([key, value]) => of(key)(`${name}.${key}`, value));

/** No line twice, or Kong could not tell who calls. */
export const distinct: Check<Values> = (name, values) => {
  const lines = Object.values(values as Values).flatMap((value) => value.trimEnd().split('\n'));
  return new Set(lines).size === lines.length
    ? []
    : [`${name} has the same line twice: it could not be told who calls. Give each consumer a key of its own.`];
};

/** Messages name the key of the Secret, its limit and the way out, and never what it holds. */
const says =
  (advice: string, problem: (value: string) => string | undefined): Check<string> =>
  (name, value) => {
    const wrong = problem(String(value));
    return wrong === undefined ? [] : [`${name} ${wrong}. ${advice}`];
  };

/** One password or key, as the pods' own scripts read it, and a second one in a second line while it is changed. */
export const changing = (least: number): Check<string> =>
  says(
    `Put ${least} or more of the characters A-Z a-z 0-9 _ - there, and a second such line only while it is changed.`,
    (value) => {
      const lines = value.replace(/\n$/, '').split('\n');
      const short = lines.find((line) => line.length < least);
      if (lines.length > 2) return `has ${lines.length} lines`;
      if (lines.some((line) => line === '')) return 'is empty, or has an empty line';
      if (lines.some((line) => /[^A-Za-z0-9_-]/.test(line))) return 'has a character that is none of those';
      return short === undefined ? undefined : `has a line of ${short.length} characters`;
    },
  );

/** A line of printable characters, as it goes into variables, files of settings and log-ins; `least` of them. */
export const oneLine = (least = 1): Check<string> =>
  says(`Put one line of ${least} or more printable characters there.`, (value) => {
    if (/\n/.test(value)) return 'has more than one line';
    if (/[^\x20-\x7e]/.test(value)) return 'has a character that is not printable ASCII';
    return value.length < least ? `has ${value.length} characters` : undefined;
  });

/** A certificate or a key. */
export const pem: Check<string> = says('Put it there in PEM, from its BEGIN to its END.', (value) =>
  /^-----BEGIN ([A-Z0-9 ]+)-----\n[\s\S]*\n-----END \1-----\s*$/m.test(value) ? undefined : 'is not in PEM',
);

/** Users as AKHQ reads them. */
export const akhqUsers: Check<string> = says(
  'Put YAML there with `akhq.security.basic-auth`, a list of username, password (its SHA-256) and groups.',
  (value) => {
    try {
      const users: unknown = parse(value)?.akhq?.security?.['basic-auth'];
      const right = Array.isArray(users) && users.length > 0 && users.every((user) => user?.username && user.password);
      return right ? undefined : 'names no users';
    } catch {
      return 'is no YAML';
    }
  },
);
