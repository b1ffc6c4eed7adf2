import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyEnvironment } from '../environments';

describe('acl.sh', () => {
  const charts = join(__dirname, '../../charts/data');
  const template = join(charts, 'redis-cluster/users.acl');
  const hash = (password: string) => `#${createHash('sha256').update(password).digest('hex')}`;
  const users = ['application', 'keeper', 'exporter', 'replication', 'operator'];
  const good = Object.fromEntries(users.map((user) => [user, `${user}-0123456789`]));
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'acl-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** What the script does with these passwords: its exit code, what it says, and the files that it writes. */
  function acl(passwords: Record<string, string>, ...arguments_: string[]) {
    const [PASSWORDS, RUNTIME] = ['passwords', 'runtime'].map((name) => join(directory, name)) as [string, string];
    mkdirSync(PASSWORDS);
    mkdirSync(RUNTIME);
    for (const [user, text] of Object.entries(passwords)) writeFileSync(join(PASSWORDS, user), text);
    return again(...arguments_);
  }

  /** The same once more, with the passwords that are there. */
  function again(...arguments_: string[]) {
    const [PASSWORDS, RUNTIME] = ['passwords', 'runtime'].map((name) => join(directory, name)) as [string, string];
    const env = { PATH: process.env['PATH'], PASSWORDS, RUNTIME, SERVER_URL: 'rediss://127.0.0.1:7000' };
    const { status, stdout, stderr } = spawnSync('sh', [join(charts, 'redis/acl.sh'), ...arguments_], {
      env,
      encoding: 'utf8',
    });
    const written = (name: string) => readFileSync(join(RUNTIME, name), 'utf8');
    return { status, said: stdout + stderr, written };
  }

  it('writes users with hashes of their passwords, and the password of the replicas alone in plain text', () => {
    const { status, said, written } = acl(good, 'render', template);
    expect([status, said]).toEqual([0, '']);
    const lines = written('users.acl').trimEnd().split('\n');
    expect(lines).toHaveLength(users.length + 1);
    expect(lines[0]).toBe('user default off');
    for (const [index, user] of users.entries()) {
      expect(lines[index + 1]).toMatch(new RegExp(`^user ${user} on ${hash(good[user]!)} [+~]`));
      expect(written('users.acl')).not.toContain(good[user]);
    }
    expect(written('replication.conf')).toBe(`masterauth ${good['replication']}\n`);
  });

  it('takes a second password while one is changed, and prefers the first', () => {
    const { written } = acl({ ...good, replication: 'new-new-new-new-new\nold-old-old-old-old\n' }, 'render', template);
    expect(written('users.acl')).toContain(
      `user replication on ${hash('new-new-new-new-new')} ${hash('old-old-old-old-old')} +`,
    );
    expect(written('replication.conf')).toBe('masterauth new-new-new-new-new\n');
  });

  it('writes them at every start of a server, which it becomes', () => {
    const program = join(directory, 'server');
    writeFileSync(program, '#!/bin/sh\necho "$* $(cat "$RUNTIME/replication.conf")"\n', { mode: 0o755 });
    const { said } = acl(good, 'start', template, program, '--flag', 'value');
    expect(said).toBe(`--flag value masterauth ${good['replication']}\n`);
    writeFileSync(join(directory, 'passwords/replication'), 'another-0123456789');
    expect(again('start', template, program).said).toBe(' masterauth another-0123456789\n');
    writeFileSync(join(directory, 'passwords/replication'), 'short');
    expect(again('start', template, program)).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^ERROR [^\n]*\n$/),
    });
  });

  it.each(everyEnvironment)('stands before every server of $name that has users', ({ manifests }) => {
    const withUsers = manifests.pods().filter((pod) => '/etc/redis/users.acl' in manifests.filesOf(pod));
    for (const { spec, containers } of withUsers) {
      // A server that starts again in its pod would have the file of before.
      expect(spec.initContainers?.map(({ command }) => command)).toEqual([['sh', '/etc/redis/acl.sh', 'exporter']]);
      const [server] = containers.filter(({ command }) => command?.includes('redis-server'));
      expect(server!.command!.join(' ')).toMatch(
        /^sh \/etc\/redis\/acl\.sh start \/etc\/redis\/users\.acl redis-server /,
      );
    }
  });

  it('tells the exporter the first password, and with what it calls the server of its own pod', () => {
    const { status, said, written } = acl({ exporter: 'new-new-new-new-new\nold-old-old-old-old' }, 'exporter');
    expect([status, said]).toEqual([0, '']);
    expect(JSON.parse(written('exporter.json'))).toEqual({ 'rediss://exporter@127.0.0.1:7000': 'new-new-new-new-new' });
  });

  it('tells a running server the same', () => {
    const { said } = acl({ replication: 'new-new-new-new-new\nold-old-old-old-old' }, 'commands');
    expect(said).toBe(
      `ACL SETUSER replication resetpass  ${hash('new-new-new-new-new')} ${hash('old-old-old-old-old')}\n` +
        'CONFIG SET masterauth new-new-new-new-new\n',
    );
  });

  it.each([
    ['', 'is empty, or has an empty line'],
    ['\n', 'is empty, or has an empty line'],
    ['0123456789abcdef\n\n', 'is empty, or has an empty line'],
    ['short', 'has a password of 5 characters'],
    ['with a space 0123456789', 'has a character that is none of those'],
    ['0123456789abcdef\n1123456789abcdef\n2123456789abcdef', 'has more than two lines'],
  ])('refuses %j, which %s, without saying it', (text, reason) => {
    const { status, said } = acl({ ...good, keeper: text }, 'render', template);
    expect(status).toBe(1);
    expect(said).toBe(
      `ERROR The Secret's key "keeper" ${reason}. Put a password of 16 or more of the characters A-Z a-z 0-9 _ - there, ` +
        'and a second one in a second line only while it is changed.\n',
    );
  });

  it('refuses a Secret that lacks a user', () => {
    const { keeper, ...others } = good;
    const { status, said } = acl(others, 'render', template);
    expect([status, said]).toEqual([1, 'ERROR The Secret has no key for: keeper\n']);
  });
});
