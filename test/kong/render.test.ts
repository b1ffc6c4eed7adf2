import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Configuration } from '../../charts/gateway/kong/configuration';
import { declarativeFile, keyVariable } from '../../charts/gateway/kong/declarative';
import { developmentSecrets } from '../../config/development-secrets';
import { everything } from './stand-in';

const script = join(__dirname, '../../charts/gateway/kong/render.sh');

/** The image is Ubuntu: dash, GNU sed and grep. Others prove that nothing but POSIX is used. */
const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([program]) => spawnSync(program!, ['-c', 'true']).error === undefined,
);

const TEMPLATE = declarativeFile(everything);

const keys = { KEYS_BSS_FRONTEND: 'f'.repeat(32), KEYS_BSS_MOBILE: 'm'.repeat(32), KEYS_BSS_PARTNER: 'p'.repeat(32) };

interface Run {
  readonly status: number | null;
  /** All that the container says, and what ends up in the pod's status. */
  readonly said: string;
  /** @default - refused */
  readonly rendered?: Configuration;
  /** Files that are left in the memory volume and below Kong's prefix. */
  readonly left: string[];
}

/** @param kong what the `kong` command is: a shell script, as there is none here */
function render(shell: string[], env: Record<string, string>, template = TEMPLATE, kong = 'true'): Run {
  const directory = mkdtempSync(join(tmpdir(), 'bss-render-'));
  const file = (name: string) => join(directory, name);
  writeFileSync(file('template.yml'), template);
  writeFileSync(file('message'), '');
  writeFileSync(file('kong'), `#!/bin/sh\n${kong}\n`);
  chmodSync(file('kong'), 0o755);
  const [program, ...options] = shell;
  const { status, stdout, stderr } = spawnSync(program!, [...options, script, file('template.yml'), file('kong.yml')], {
    encoding: 'utf8',
    env: {
      PATH: `${directory}:${process.env['PATH']}`,
      LEAST_KEY_LENGTH: '32',
      KONG_PREFIX: file('prefix'),
      TERMINATION_LOG: file('message'),
      ...env,
    },
  });
  const output = file('kong.yml');
  return {
    status,
    said: stdout + stderr + readFileSync(file('message'), 'utf8'),
    rendered: existsSync(output) ? parse(readFileSync(output, 'utf8'), { version: '1.1' }) : undefined,
    left: readdirSync(directory).filter((name) => !['template.yml', 'message', 'kong', 'kong.yml'].includes(name)),
  };
}

const credentials = ({ rendered }: Run) =>
  rendered!.consumers.map(({ username, keyauth_credentials }) => [
    username,
    ...keyauth_credentials.map(({ key }) => key),
  ]);

it('Ubuntu has dash, and so have we', () => {
  expect(SHELLS).toContainEqual(['dash']);
});

describe.each(SHELLS)('In %s', (...shell) => {
  it('keys take the place of their placeholders, and a second key that nobody has is not there', () => {
    const run = render(shell, keys);
    expect(run).toMatchObject({ status: 0, said: '', left: [] });
    expect(credentials(run)).toEqual([
      ['bss-frontend', 'f'.repeat(32)],
      ['bss-mobile', 'm'.repeat(32)],
      ['bss-partner', 'p'.repeat(32)],
    ]);
    expect(run.rendered!.services).toEqual(JSON.parse(JSON.stringify(everything.services)));
    expect(run.rendered!.plugins).toEqual(JSON.parse(JSON.stringify(everything.plugins)));
  });

  it('a consumer has two keys while the first one is changed, each with an id of its own', () => {
    const both = `${'m'.repeat(32)}\n${'n'.repeat(32)}`;
    const run = render(shell, { ...keys, KEYS_BSS_MOBILE: both });
    expect(credentials(run)[1]).toEqual(['bss-mobile', 'm'.repeat(32), 'n'.repeat(32)]);
    expect(run.rendered!.consumers[1]!.keyauth_credentials.map(({ id }) => id)).toEqual(
      everything.consumers[1]!.keyauth_credentials.map(({ id }) => id),
    );
    expect(credentials(run).map(({ length }) => length)).toEqual([2, 3, 2]);
  });

  it('a line end after the last key is no key', () => {
    expect(render(shell, { ...keys, KEYS_BSS_MOBILE: `${'m'.repeat(32)}\n` })).toMatchObject({ status: 0 });
  });

  it('the documented keys of a laptop pass where 16 characters are enough, and nowhere else', () => {
    const documented = Object.fromEntries(
      Object.entries(developmentSecrets['kong-keys']!).map(([username, key]) => [keyVariable(username), key]),
    );
    expect(credentials(render(shell, { ...documented, LEAST_KEY_LENGTH: '16' }))).toEqual([
      ['bss-frontend', 'frontend_api_key_123'],
      ['bss-mobile', 'mobile_api_key_456'],
      ['bss-partner', 'partner_api_key_789'],
    ]);
    expect(render(shell, documented)).toMatchObject({ status: 1, rendered: undefined });
  });

  const secret = 'S3cr3t';
  it.each([
    ['is missing', { KEYS_BSS_PARTNER: undefined }, 'KEYS_BSS_PARTNER is empty'],
    ['is empty', { KEYS_BSS_PARTNER: '' }, 'KEYS_BSS_PARTNER is empty'],
    ['is too short', { KEYS_BSS_PARTNER: secret.repeat(5) }, 'KEYS_BSS_PARTNER has a key of 30 characters'],
    ['has a space', { KEYS_BSS_PARTNER: `${secret.repeat(6)} x` }, 'has a key with a character that is none of those'],
    [
      'could change the file',
      { KEYS_BSS_PARTNER: `${secret.repeat(6)}/e;"` },
      'has a key with a character that is none',
    ],
    ['is a placeholder', { KEYS_BSS_PARTNER: `@@${secret.repeat(6)}@@` }, 'has a key with a character that is none'],
    [
      'has a line that is too short',
      { KEYS_BSS_PARTNER: `${secret.repeat(6)}\n${secret}` },
      'has a key of 6 characters',
    ],
    ['has an empty line', { KEYS_BSS_PARTNER: `\n${secret.repeat(6)}` }, 'has an empty line'],
    ['has three lines', { KEYS_BSS_PARTNER: [1, 2, 3].map((n) => secret.repeat(6) + n).join('\n') }, 'has 3 lines'],
    [
      'is that of another',
      { KEYS_BSS_PARTNER: secret.repeat(6), KEYS_BSS_MOBILE: secret.repeat(6) },
      'Two API keys are the same',
    ],
    [
      'is twice the same',
      { KEYS_BSS_PARTNER: `${secret.repeat(6)}\n${secret.repeat(6)}` },
      'Two API keys are the same',
    ],
  ])('a key that %s is refused without being shown', (_, change, message) => {
    const env = Object.fromEntries(Object.entries({ ...keys, ...change }).filter(([, value]) => value !== undefined));
    const run = render(shell, env as Record<string, string>);
    expect(run).toMatchObject({ status: 1, rendered: undefined, left: [], said: expect.stringContaining(message) });
    for (const key of [secret, 'fffff', 'mmmmm', 'ppppp']) expect(run.said).not.toContain(key);
  });

  it('a placeholder that nothing is put in for is refused', () => {
    const template = `${TEMPLATE}_comment: "@@FORGOTTEN@@"\n`;
    expect(render(shell, keys, template)).toMatchObject({
      status: 1,
      rendered: undefined,
      said: expect.stringContaining('a placeholder that is no key: FORGOTTEN.'),
    });
  });

  it('the password of Redis is its first line, and refused when it is none', () => {
    const template = `${TEMPLATE}_comment: "@@REDIS_PASSWORD@@"\n`;
    const password = (value: string) => render(shell, { ...keys, REDIS_PASSWORD: value }, template);
    expect(password('first-password-1\nsecond-password-2').rendered).toHaveProperty('_comment', 'first-password-1');
    expect(password('').said).toContain('REDIS_PASSWORD is empty');
    expect(password('a b').said).toContain('REDIS_PASSWORD is empty or has a character');
  });

  it('what Kong says against the file is shown, but for lines with a key', () => {
    const kong = 'echo "in routes: invalid path"; echo "in keys: already declared: $KEYS_BSS_MOBILE" >&2; exit 1';
    const run = render(shell, keys, undefined, kong);
    expect(run).toMatchObject({ status: 1, rendered: undefined, left: [] });
    expect(run.said).toContain('in routes: invalid path\n');
    expect(run.said).toContain('ERROR Kong refuses its configuration');
    expect(run.said).not.toContain('mmmm');
  });

  it('Kong is asked about the very file, which ends as it must', () => {
    const run = render(shell, keys, undefined, 'echo "$1 $2 $(basename "$3")"; grep -c "ffff" "$3"; exit 1');
    expect(run.said).toMatch(/^config parse kong\.yml\n1\n/);
  });
});
