import { isDeepStrictEqual } from 'node:util';
import { images } from '../../config/images';
import { everyEnvironment, wrongInPods } from '../environments';
import type { Container } from '../kubernetes';

// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, control by control.
describe('Every pod', () => {
  it('shares nothing with its node', () => {
    const wrong = wrongInPods(({ spec, containers }) => [
      ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] !== undefined),
      ...containers.flatMap(({ ports }) => ports ?? []).filter(({ hostPort }) => hostPort),
    ]);
    expect(wrong).toEqual([]);
  });

  it('mounts files, Secrets, claims, and scratch space of limited size, and no other volumes', () => {
    const allowed = ['configMap', 'secret', 'emptyDir', 'persistentVolumeClaim'];
    const wrong = wrongInPods(({ spec }) =>
      (spec.volumes ?? []).filter(({ name: _, ...source }) => {
        const [type, ...others] = Object.keys(source);
        const bounded = !source.emptyDir || /^\d+[MG]i$/.test(source.emptyDir.sizeLimit ?? '');
        return !allowed.includes(type!) || others.length > 0 || !bounded;
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('runs as a user with a number that is not root, under the default seccomp profile', () => {
    const wrong = wrongInPods(({ spec: { securityContext } }) => {
      const { runAsNonRoot, runAsUser, runAsGroup, seccompProfile, ...others } = securityContext ?? {};
      const right =
        runAsNonRoot === true &&
        typeof runAsUser === 'number' &&
        runAsUser > 0 &&
        typeof runAsGroup === 'number' &&
        isDeepStrictEqual(seccompProfile, { type: 'RuntimeDefault' }) &&
        !('sysctls' in others) &&
        !('seLinuxOptions' in others);
      return right ? [] : [securityContext ?? 'nothing'];
    });
    expect(wrong).toEqual([]);
  });

  it('has containers that can gain no privilege and cannot write to their image', () => {
    // Exactly this: whatever a container adds could undo what its pod says.
    const closed = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    };
    const wrong = wrongInPods(({ containers }) =>
      containers
        .filter(({ securityContext }) => !isDeepStrictEqual(securityContext, closed))
        .map(({ name, securityContext }) => ({ name, securityContext })),
    );
    expect(wrong).toEqual([]);
  });

  it('has a ServiceAccount of its own, which gives no token', () => {
    const wrong = wrongInPods(({ spec }, { manifests }) => {
      const account = manifests.find('ServiceAccount', spec.serviceAccountName);
      const users = manifests.pods().filter((pod) => pod.spec.serviceAccountName === spec.serviceAccountName);
      const workloads = new Set(users.map(({ metadata: { labels } }) => labels['app.kubernetes.io/name']));
      return [
        ...(account.automountServiceAccountToken === false ? [] : [`${spec.serviceAccountName} gives a token`]),
        ...(workloads.size === 1 ? [] : [`${spec.serviceAccountName} is that of ${[...workloads].join(' and ')}`]),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('gets no environment from the names of Services', () => {
    expect(wrongInPods(({ spec }) => (spec.enableServiceLinks === false ? [] : ['enableServiceLinks']))).toEqual([]);
  });

  it('asks for CPU and memory and limits its memory', () => {
    const wrong = wrongInPods(({ containers }) =>
      containers
        .filter(({ resources }) => {
          const [requests, limits] = [resources?.requests, resources?.limits].map((each) =>
            Object.keys(each ?? {})
              .sort()
              .join(),
          );
          // A CPU limit would throttle brokers out of sync.
          return requests !== 'cpu,memory' || limits !== 'memory';
        })
        .map(({ name, resources }) => ({ name, resources })),
    );
    expect(wrong).toEqual([]);
  });

  it('is probed where it runs on and on: each container for a restart, each pod for traffic, each probe in one way', () => {
    const wrong = wrongInPods(({ owner, spec, containers }) => {
      const probes = spec.containers.map(probesOf);
      const lasting = !owner.kind.endsWith('Job');
      return [
        ...(lasting
          ? spec.containers
              .filter(({ livenessProbe }) => !livenessProbe)
              .map(({ name }) => `${name} has no livenessProbe`)
          : []),
        ...(lasting && !probes.some(({ readinessProbe }) => readinessProbe) ? ['nothing has a readinessProbe'] : []),
        ...containers
          .flatMap((each) => Object.values(probesOf(each)))
          .filter((probe) => {
            const handlers = Object.keys(probe).filter((key) => ['exec', 'httpGet', 'tcpSocket', 'grpc'].includes(key));
            return handlers.length !== 1;
          }),
      ];
    });
    expect(wrong).toEqual([]);
  });
});

describe('Every image', () => {
  it('is one of config/images.ts', () => {
    const wrong = wrongInPods(({ containers }, { environment }) => {
      const known: string[] = Object.values(environment.images);
      return containers.map(({ image }) => image).filter((image) => !known.includes(image));
    });
    expect(wrong).toEqual([]);
  });

  it('has a version, and comes from a publisher that keeps versions', () => {
    const version = /^[a-z0-9./_-]+:v?\d+\.\d+(\.\d+)?(-alpine|-p\d+)?(@sha256:[0-9a-f]{64})?$/;
    const wrong = wrongInPods(({ containers }) =>
      // The versioned images of Bitnami were withdrawn in 2025.
      containers.map(({ image }) => image).filter((image) => !version.test(image) || image.includes('bitnami')),
    );
    expect(wrong).toEqual([]);
  });

  it('of config/images.ts is used somewhere', () => {
    const used = everyEnvironment.flatMap(({ manifests }) =>
      manifests.pods().flatMap(({ containers }) => containers.map(({ image }) => image)),
    );
    expect(Object.values(images).filter((image) => !used.includes(image))).toEqual([]);
  });

  it('of config/images.ts is written once', () => {
    expect(new Set(Object.values(images)).size).toBe(Object.values(images).length);
  });
});

function probesOf({ startupProbe, readinessProbe, livenessProbe }: Container): Record<string, object> {
  return JSON.parse(JSON.stringify({ startupProbe, readinessProbe, livenessProbe }));
}
