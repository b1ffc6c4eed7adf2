import { images } from '../../config/images';
import { kind } from '../../config/kind';
import { everyEnvironment } from '../environments';
import type { Container } from '../kubernetes';
import { nameOf } from '../manifests';

describe.each(everyEnvironment)('In $name', ({ environment, manifests }) => {
  const pods = manifests.pods();
  const containers = pods.flatMap((pod) => pod.containers);

  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, control by control.
  describe.each(pods)('$owner.kind $owner.metadata.name', ({ spec, containers }) => {
    it('shares nothing with its node', () => {
      expect([spec.hostNetwork, spec.hostPID, spec.hostIPC]).toEqual([undefined, undefined, undefined]);
      expect(containers.flatMap(({ ports }) => ports ?? []).filter(({ hostPort }) => hostPort)).toEqual([]);
    });

    it('mounts files, Secrets, claims, and scratch space of limited size, and no other volumes', () => {
      for (const { name, ...source } of spec.volumes ?? []) {
        const [type, ...others] = Object.keys(source);
        expect([name, others]).toEqual([name, []]);
        expect(['configMap', 'secret', 'emptyDir', 'persistentVolumeClaim']).toContain(type);
        if (source.emptyDir) expect(source.emptyDir.sizeLimit).toMatch(/^\d+[MG]i$/);
      }
    });

    it('runs as a user with a number that is not root, under the default seccomp profile', () => {
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.any(Number),
        runAsGroup: expect.any(Number),
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(spec.securityContext?.runAsUser).toBeGreaterThan(0);
      expect(spec.securityContext).not.toHaveProperty('sysctls');
      expect(spec.securityContext).not.toHaveProperty('seLinuxOptions');
    });

    it('has containers that can gain no privilege and cannot write to their image', () => {
      // Exactly this: whatever a container adds could undo what its pod says.
      for (const { securityContext } of containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    });

    it('has a ServiceAccount of its own and no token', () => {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(manifests.find('ServiceAccount', spec.serviceAccountName).automountServiceAccountToken).toBe(false);
      const others = pods.filter((pod) => pod.spec.serviceAccountName === spec.serviceAccountName);
      expect(new Set(others.map(({ metadata: { labels } }) => labels['app.kubernetes.io/name'])).size).toBe(1);
    });

    it('gets no environment from the names of Services', () => {
      expect(spec.enableServiceLinks).toBe(false);
    });

    it('asks for CPU and memory and limits its memory', () => {
      for (const { resources } of containers) {
        expect(Object.keys(resources?.requests ?? {}).sort()).toEqual(['cpu', 'memory']);
        // A CPU limit would throttle brokers out of sync.
        expect(Object.keys(resources?.limits ?? {})).toEqual(['memory']);
      }
    });
  });

  it('what runs on and on is probed: each container for a restart, each pod for traffic, each probe in one way', () => {
    for (const { owner, spec } of pods.filter(({ owner }) => !owner.kind.endsWith('Job'))) {
      const probes = spec.containers.map(probesOf);
      expect([owner.metadata.name, probes.every(({ livenessProbe }) => livenessProbe)]).toEqual([
        owner.metadata.name,
        true,
      ]);
      expect(probes.filter(({ readinessProbe }) => readinessProbe)).not.toEqual([]);
    }
    for (const probe of containers.map(probesOf).flatMap(Object.values)) {
      const handlers = Object.keys(probe!).filter((key) => ['exec', 'httpGet', 'tcpSocket', 'grpc'].includes(key));
      expect(handlers).toHaveLength(1);
    }
  });

  it('every image is one of config/images.ts', () => {
    const known: string[] = Object.values(environment.images);
    expect(containers.map(({ image }) => image).filter((image) => !known.includes(image))).toEqual([]);
  });

  it('every image has a version, and comes from a publisher that keeps versions', () => {
    for (const { image } of containers) {
      expect(image).toMatch(/^[a-z0-9./_-]+:v?\d+\.\d+(\.\d+)?(-alpine|-p\d+)?(@sha256:[0-9a-f]{64})?$/);
      // Its versioned images were withdrawn in 2025.
      expect(image).not.toMatch(/bitnami/);
    }
  });

  it('a Secret object says that it is for development only, and nothing else holds its values', () => {
    const secrets = manifests.ofKind('Secret');
    expect(secrets).toHaveLength(Object.keys(environment.developmentSecrets ?? {}).length);
    for (const { metadata } of secrets) expect(metadata.labels).toHaveProperty('bss/development-only', 'true');
    const others = JSON.stringify(manifests.objects.filter((object) => object.kind !== 'Secret'));
    for (const word of secretWords()) expect(others).not.toContain(word);
  });

  it('what is no Secret holds nothing that looks like one', () => {
    const suspects = manifests.objects
      .filter((object) => object.kind !== 'Secret')
      .flatMap((object) => secretsIn(JSON.stringify(object)).map((text) => `${nameOf(object)}: ${text}`));
    expect(suspects).toEqual([]);
  });
});

it('Production has no Secret object and nothing for development', () => {
  const { manifests } = everyEnvironment.find(({ name }) => name === 'production')!;
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

it('Every image of config/images.ts is used somewhere', () => {
  const used = everyEnvironment.flatMap(({ manifests }) =>
    manifests.pods().flatMap(({ containers }) => containers.map(({ image }) => image)),
  );
  expect(Object.values(images).filter((image) => !used.includes(image))).toEqual([]);
});

it('Every image of config/images.ts is written once', () => {
  expect(new Set(Object.values(images)).size).toBe(Object.values(images).length);
});

function probesOf({ startupProbe, readinessProbe, livenessProbe }: Container): Record<string, object> {
  return JSON.parse(JSON.stringify({ startupProbe, readinessProbe, livenessProbe }));
}

/** The published values, and the single words of those that are files. */
function secretWords(): string[] {
  const values = Object.values(kind.developmentSecrets!).flatMap((keys) => Object.values(keys));
  return values.flatMap((value) => value.split(/\s+/)).filter((word) => word.length > 24);
}

/** Values of what is called a password or the like, and words of letters and digits that no person would write. */
function secretsIn(text: string): string[] {
  const assigned = text.matchAll(
    /(?:password|passwd|secret|token|api[-_]?key)["']?(?:\s*[:=]\s*|,"value":)(?!\\?["']?(?:false|[{[]|@@[A-Z_]+@@))\\?["']?([^\s"',\\]+)/gi,
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
