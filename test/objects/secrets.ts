import { kind } from '../../config/kind';
import { environmentCalled, wrongAnywhere } from '../environments';
import { nameOf } from '../manifests';

it('A Secret object says that it is for development only, and nothing else holds its values', () => {
  const words = secretWords();
  const wrong = wrongAnywhere(({ environment, manifests }) => {
    const secrets = manifests.ofKind('Secret');
    const expected = Object.keys(environment.developmentSecrets ?? {}).length;
    const leaks = manifests.objects
      .filter((object) => object.kind !== 'Secret')
      .flatMap((object) => {
        const text = JSON.stringify(object);
        return words.filter((word) => text.includes(word)).map((word) => `${nameOf(object)}: ${word}`);
      });
    return [
      ...(secrets.length === expected ? [] : [`${secrets.length} Secret objects for ${expected}`]),
      ...secrets.filter(({ metadata }) => metadata.labels?.['bss/development-only'] !== 'true').map(nameOf),
      ...leaks,
    ];
  });
  expect(wrong).toEqual([]);
  expect(words.length).toBeGreaterThan(1);
});

it('What is no Secret holds nothing that looks like one', () => {
  const suspects = wrongAnywhere(({ manifests }) =>
    manifests.objects
      .filter((object) => object.kind !== 'Secret')
      .flatMap((object) => secretsIn(JSON.stringify(object)).map((text) => `${nameOf(object)}: ${text}`)),
  );
  expect(suspects).toEqual([]);
});

it('Production has no Secret object and nothing for development', () => {
  const { manifests } = environmentCalled('production');
  expect(manifests.ofKind('Secret')).toEqual([]);
  expect(JSON.stringify(manifests.objects)).not.toMatch(/development/i);
});

describe('The search for secrets', () => {
  it.each([
    ['a password of an environment variable', '{"name":"DB_PASSWORD","value":"bss_password"}'],
    ['a default password in a file', 'admin.password=changeme'],
    ['a token in YAML', 'token: abc'],
    ['a quoted password in a file', '{"kong.yml":"redis_password: \\"hunter2\\""}'],
    ['a random key', 'a line with 8sQx2LmZp0RvT7nWcY4kJ1hGdB6fE3uA in it'],
    ['a hash of a password', '710a17ce5eebb012ed63e1c8d62cf22ffd21c13977d90d91a3c729178482abac'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ])('finds %s', (_, text) => {
    expect(secretsIn(text)).not.toEqual([]);
  });

  it.each([
    ['a flag of a JVM', '-XX:InitiatingHeapOccupancyPercent=35'],
    ['the name of a Job', 'topics-import-74a4a05b'],
    ['the id of an entity', 'id: 4e7eaca6-bfe6-5ccc-8e67-3ad620fbf631'],
    ['a placeholder', '{"kong.yml":"redis_password: \\"@@REDIS_PASSWORD@@\\""}'],
    ['a file that holds it', 'admin_password = $__file{/etc/grafana-secrets/admin-password}'],
    ['the digest of an image', `name:1.0@sha256:${'0123456789abcdef'.repeat(4)}`],
    [
      'long words',
      'persistentVolumeClaimRetentionPolicy MICRONAUT_SECURITY_TOKEN_JWT_SIGNATURES_SECRET_GENERATOR_SECRET',
    ],
    ['a path', '/usr/share/java/cp-base-new/jmx_prometheus_javaagent-0.18.0.jar'],
  ])('passes over %s', (_, text) => {
    expect(secretsIn(text)).toEqual([]);
  });
});

/** The published values, and the single words of those that are files. */
function secretWords(): string[] {
  const values = Object.values(kind.developmentSecrets!).flatMap((keys) => Object.values(keys));
  return values.flatMap((value) => value.split(/\s+/)).filter((word) => word.length > 24);
}

/** Values of what is called a password or the like, and words of letters and digits that no person would write. */
function secretsIn(text: string): string[] {
  const assigned = text.matchAll(
    /(?:password|passwd|secret|token|api[-_]?key)["']?(?:\s*[:=]\s*|,"value":)(?!\\?["']?(?:false|true|[{[]|@@[A-Z_]+@@|\$__file\{))\\?["']?([^\s"',\\]+)/gi,
  );
  const names =
    /@sha256:[0-9a-f]{64}|\bid: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[a-z]+(-[a-z]+)*-[0-9a-f]{8}\b|-XX:\w+=\d+\b/g;
  const random = [...text.replaceAll(names, '').matchAll(/[A-Za-z0-9+/=_-]{24,}/g)]
    .map(([word]) => word)
    .filter((word) => entropy(word) > 3.4 && (word.match(/\d/g) ?? []).length >= 4 && !word.includes('/'));
  return [...[...assigned].map(([all]) => all), ...random, ...(text.match(/-----BEGIN [A-Z ]*PRIVATE KEY/g) ?? [])];
}

/** Shannon's, in bits for each character. */
function entropy(word: string): number {
  const counts = [...new Set(word)].map((letter) => word.split(letter).length - 1);
  return -counts.reduce((sum, count) => sum + (count / word.length) * Math.log2(count / word.length), 0);
}
