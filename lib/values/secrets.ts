import type { Check } from './check';

/** Messages name the key of the Secret, its limit and the way out, and never what it holds. */
export const says =
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
