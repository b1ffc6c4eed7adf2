import type { Environment } from '../../charts/environment';
import { platform } from '../../charts/platform';
import { model } from '../../charts/synth';
import { laptop as kind } from '../environments';
import { Manifests } from '../manifests';

const developmentSecrets = kind.developmentSecrets!;
const errors = (change: Partial<Environment>) => model({ ...kind, ...change }).errors;

describe('Development Secrets', () => {
  it('have a value for every key that is read', () => {
    const { 'users.yml': users } = developmentSecrets['akhq']!;
    expect(errors({ developmentSecrets: { ...developmentSecrets, akhq: { 'users.yml': users! } } })).toEqual([
      'developmentSecrets has no value for key "jwt-signing-key" of Secret "akhq". Add it, or leave developmentSecrets out.',
    ]);
    const keys = Object.values(developmentSecrets).flatMap(Object.keys);
    expect(errors({ developmentSecrets: {} })).toHaveLength(keys.length);
  });

  it.each([
    [
      'kong-keys',
      'bss-mobile',
      'short',
      'has a line of 5 characters. Put 16 or more of the characters A-Z a-z 0-9 _ - there',
    ],
    ['kong-keys', 'bss-mobile', 'partner_api_key_789\nb c d e f g h i j k', 'has a character that is none of those'],
    [
      'akhq',
      'jwt-signing-key',
      'x'.repeat(31),
      'has 31 characters. Put one line of 32 or more printable characters there.',
    ],
    ['akhq', 'users.yml', 'akhq: [', 'is no YAML'],
    ['akhq', 'users.yml', 'akhq: {}', 'names no users'],
    ['postgres-users', 'bss', 'one\ntwo', 'has more than one line'],
    ['pghero', 'secret-key-base', 'größe'.repeat(9), 'has a character that is not printable ASCII'],
  ])('have values that the pods take: not every one for %s %s', (secret, key, value, says) => {
    const changed = { ...developmentSecrets, [secret]: { ...developmentSecrets[secret], [key]: value } };
    expect(errors({ developmentSecrets: changed })).toEqual([
      expect.stringContaining(`developmentSecrets.${secret}.${key} ${says}`),
    ]);
  });

  it('tell consumers apart, and hold nothing that nobody reads', () => {
    const keys = { ...developmentSecrets['kong-keys'], 'bss-mobile': 'partner_api_key_789' };
    expect(errors({ developmentSecrets: { ...developmentSecrets, 'kong-keys': keys } })).toEqual([
      'developmentSecrets.kong-keys has the same line twice: it could not be told who calls. Give each consumer a key of its own.',
    ]);
    expect(errors({ developmentSecrets: { ...developmentSecrets, akqh: { password: 'x' } } })).toEqual([
      'developmentSecrets has a value for key "password" of Secret "akqh", which nothing reads. Remove it.',
    ]);
  });

  it('can be left out: then the operator makes the Secrets', () => {
    expect(errors({ developmentSecrets: undefined })).toEqual([]);
  });
});

describe('Secrets with which images are pulled', () => {
  const pulling = (...imagePullSecrets: string[]) => ({ ...kind, imagePullSecrets });

  it('are those of every ServiceAccount', () => {
    const accounts = (environment: Environment) => new Manifests(platform(environment).app).ofKind('ServiceAccount');
    const references = accounts(pulling('registry', 'mirror.example')).map(({ imagePullSecrets }) => imagePullSecrets);
    expect(references).toEqual(accounts(kind).map(() => [{ name: 'registry' }, { name: 'mirror.example' }]));
    expect(references.length).toBeGreaterThan(10);
  });

  it.each(['', 'Registry', 'two words', '-registry', 'a..b', 'x'.repeat(254)])('cannot be called "%s"', (name) => {
    expect(errors(pulling(name))).toEqual([
      expect.stringMatching(/^imagePullSecrets\[0\] is ".*: it must be up to 253 of the characters/),
    ]);
  });

  it('are named once', () => {
    expect(errors(pulling('registry', 'registry'))).toEqual([
      'imagePullSecrets has "registry" twice. Remove one of them.',
    ]);
  });
});
