import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { maskingFilters, personalNames } from '../../charts/messaging/akhq/masking';
import { type Masked, maskedByJava, maskedHere, withJava } from '../akhq/mask';
import { everyEnvironment } from '../environments';

interface Schema {
  readonly $comment?: string;
  readonly properties?: Record<string, Schema>;
}

const EVENTS = join(__dirname, '../../backend/events');
const schemas = readdirSync(EVENTS).map((name) => JSON.parse(readFileSync(join(EVENTS, name), 'utf8')) as Schema);
const SECRET = /[qx]?7391\d{8}|secret/i;

/** The same numbers on each machine. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = numbers(7);
const oneOf = <T>(...all: T[]) => all[random(all.length)]!;
const secretText = () =>
  oneOf('', 'a "quoted" ', 'C:\\', '{', '}]', "it's ", 'ü, ', '\n', '":') +
  oneOf('secret', 'Secret@example.org') +
  oneOf('', '\\', '"', '}', ', ', "'", ' name: ');

/** Anything that JSON can say, with a secret in each of its parts. */
function personalValue(depth: number): unknown {
  const kind = random(depth > 0 ? 6 : 3);
  if (kind === 0) return Number(`7391${10_000_000 + random(89_999_999)}`);
  if (kind < 3) return secretText();
  const parts = Array.from({ length: 1 + random(3) }, () => personalValue(depth - 1));
  return kind === 3
    ? parts
    : Object.fromEntries(parts.map((part, index) => [oneOf('value', 'a"b', 'href') + index, part]));
}

/** Data as a schema has it, in which only what is personal has secrets. */
const dataOf = ({ properties = {} }: Schema) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema], index) => [
      name,
      schema.$comment === 'personal data'
        ? personalValue(3)
        : oneOf<unknown>(`open-${index}`, index, null, true, 'say "x":'),
    ]),
  );

/** As the backend writes it, and as others may. */
const forms: Record<string, (data: Record<string, unknown>) => string> = {
  JSON: (data) => JSON.stringify(data),
  'JSON on many lines': (data) => JSON.stringify(data, null, 2).replaceAll('":', '" :'),
  'a whole CloudEvent': (data) => JSON.stringify({ specversion: '1.0', data, id: '1' }),
  'a list': (data) => JSON.stringify([data, data]),
  'names in capitals': (data) =>
    JSON.stringify(Object.fromEntries(Object.entries(data).map(([name, value]) => [name.toUpperCase(), value]))),
  'names with escapes': (data) =>
    JSON.stringify(data).replaceAll(
      /"(name|email|phone|text|recipient|tmForum)":/g,
      (_, name: string) => `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}":`,
    ),
  'JSON in a text of JSON': (data) => JSON.stringify({ payload: JSON.stringify(data), id: '1' }),
  'JSON in JSON in JSON': (data) => JSON.stringify({ payload: JSON.stringify({ payload: JSON.stringify(data) }) }),
  'only its beginning': (data) => JSON.stringify(data).slice(0, -1 - random(JSON.stringify(data).length / 2)),
};

/** What an expression may be tempted to read again and again. */
const PARTS = [
  'a',
  'a@',
  '"',
  '\\"',
  '"name":[',
  '"name":{"',
  '[',
  'name ',
  'name:',
  '1 ',
  '1.',
  '+1',
  '"\\u0065',
  '"name":"\\',
  'name\\"',
  '"name":[{"a":1},',
  '"name":null,',
  'n',
  '- ',
];
const LONG = PARTS.flatMap((part) => ['{"', ''].map((start) => start + part.repeat(2 ** 15 / part.length)));

describe('What AKHQ shows', () => {
  const cases = Object.entries(forms).flatMap(([form, write]) =>
    schemas.flatMap((schema) => Array.from({ length: 12 }, () => ({ form, text: write(dataOf(schema)) }))),
  );

  /** Java takes longer to start than to mask: it is asked once for everything. */
  let answers: Masked[] | undefined;
  const byJava = () => {
    answers ??= maskedByJava([...cases.map(({ text }) => text), ...LONG]);
    return { cases: answers.slice(0, cases.length), long: answers.slice(cases.length) };
  };
  const masked = maskedHere(cases.map(({ text }) => text));

  it('has nothing personal of an event of ours, however it is written', () => {
    const shown = cases.map((each, index) => ({ ...each, secret: masked[index]!.match(SECRET)?.[0] }));
    expect(shown.filter(({ secret }) => secret)).toEqual([]);
    expect(cases.filter(({ text }) => SECRET.test(text)).length).toBeGreaterThan(400);
  });

  withJava('is the same in the language that AKHQ is written in', () => {
    expect(byJava().cases.map(({ text }) => text)).toEqual(masked);
  });

  it.each([
    ['{"msisdn": 4917012345678,"order":7}', '{"msisdn":"***","order":7}'],
    ['{"IMSI":"262011234567890","iccid":["8949"],"a":[1]}', '{"IMSI":"***","iccid":"***","a":[1]}'],
    ['{"userName":"Ada","phone_number":"1","e":"x@y.org"}', '{"userName":"***","phone_number":"***","e":"***"}'],
    ['{"name":null,"context":{"n":1},"order":"msisdn"}', '{"name":null,"context":{"n":1},"order":"msisdn"}'],
    [
      '{"note":"call +49 170 1234567 or o\'b@x.org","amount":1000000000}',
      '{"note":"call *** or ***","amount":1000000000}',
    ],
    ["{'name': 'Ada', 'x': 1}", "{'name:***"],
    ['{email: ada, name: Ada}', '{email:***'],
    ['email=ada%40example.org&x=1', 'email:***'],
    ['<customer name="Ada">', '<customer name:***'],
    ['ada@example.org', '***'],
    ['tel:0170 1234567', 'tel:***'],
    ['4917012345678', '***'],
    ['170-123-4567', '***'],
    ['6f9619ff-8b86-d011-b42d-000000000001', '6f9619ff-8b86-d011-b42d-000000000001'],
    [
      '{"at":1700000000000,"time":"2026-11-29T08:00:00+02:00"}',
      '{"at":1700000000000,"time":"2026-11-29T08:00:00+02:00"}',
    ],
  ])('of %s is %s', (text, shown) => expect(maskedHere([text])).toEqual([shown]));

  it('is the rest of an event, whole', () => {
    const event = {
      id: '1',
      name: 'Ada',
      email: 'ada@example.org',
      phone: null,
      status: 'active',
      tmForum: { account: [{ id: '1' }] },
      version: 3,
    };
    expect(JSON.parse(maskedHere([JSON.stringify(event)])[0]!)).toEqual({
      ...event,
      name: '***',
      email: '***',
      tmForum: '***',
    });
  });

  withJava('is masked in a time that grows with the message only, whatever that says', () => {
    // A megabyte took 70 s once; this is a 32nd of it, and the machine may be slow.
    const slow = byJava().long.flatMap(({ text, milliseconds }, index) =>
      milliseconds < 1500 && text !== 'stack overflow'
        ? []
        : [`${LONG[index]!.slice(0, 32)}…: ${milliseconds} ms, ${text.slice(0, 32)}`],
    );
    expect(slow).toEqual([]);
  });
});

it('A schema without anything personal is not taken for one that AKHQ can be trusted with', () => {
  expect(personalNames()).toEqual(expect.arrayContaining(['email', 'name', 'phone', 'recipient', 'text', 'tmForum']));
  expect(maskedHere(['{"nick":"Ada"}'], maskingFilters(['nick']))).toEqual(['{"nick":"***"}']);
});

describe.each(everyEnvironment)('AKHQ in $name', ({ name, manifests }) => {
  const files = manifests.ofKind('ConfigMap').find(({ metadata }) => metadata.name?.startsWith('akhq'))!.data!;
  const file = (ending: string) => parse(Object.entries(files).find(([key]) => key.endsWith(ending))![1]);

  it('masks by the filters that are proven here', () => {
    expect(file('masking.yml').akhq.security['data-masking'].filters).toEqual(maskingFilters());
  });

  it('shows no message so long that eight pages of them are more than its heap', () => {
    const longest = file('environment.yml').akhq['topic-data']['kafka-max-message-length'];
    expect(longest).toBeGreaterThan(50_000);
    expect(longest).toBeLessThan(200_000);
  });

  it('gives its cookie to HTTPS only, where there is HTTPS', () => {
    expect(file('environment.yml').micronaut?.security['token.jwt.cookie']).toEqual(
      name === 'kind' ? undefined : { 'cookie-secure': true },
    );
  });
});
