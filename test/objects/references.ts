import { RequiredSecret } from '../../lib/secret';
import { wrongAnywhere, wrongInPods } from '../environments';
import { type Manifests, nameOf, type Pod } from '../manifests';

const secretsOf = (manifests: Manifests) =>
  manifests.app.node.findAll().filter((each) => each instanceof RequiredSecret);

/** What a pod refers to by name. */
function referencesOf({ spec, containers, owner }: Pod): string[] {
  return [
    `ServiceAccount/${spec.serviceAccountName}`,
    ...(spec.volumes ?? []).flatMap(({ configMap, secret, persistentVolumeClaim: claim }) => [
      ...(configMap ? [`ConfigMap/${configMap.name}`] : []),
      ...(secret ? [`Secret/${secret.secretName}`] : []),
      ...(claim ? [`PersistentVolumeClaim/${claim.claimName}`] : []),
    ]),
    ...containers
      .flatMap(({ env }) => env ?? [])
      .flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef ? [`Secret/${valueFrom.secretKeyRef.name}`] : [])),
    ...('serviceName' in (owner.spec as object)
      ? [`Service/${(owner.spec as { serviceName: string }).serviceName}`]
      : []),
  ];
}

/** The claims of a set are volumes of its pods. */
function volumesOf({ spec, owner }: Pod): string[] {
  const { volumeClaimTemplates = [] } = owner.spec as { volumeClaimTemplates?: { metadata: { name: string } }[] };
  return [
    ...(spec.volumes ?? []).map(({ name }) => name),
    ...volumeClaimTemplates.map(({ metadata }) => metadata.name),
  ];
}

/** Keys of Secrets that a pod mounts, or has in its environment. */
const keysOf = ({ spec, containers }: Pod): string[] => [
  ...(spec.volumes ?? []).flatMap(({ secret }) => secret?.items.map(({ key }) => `${secret.secretName}/${key}`) ?? []),
  ...containers
    .flatMap(({ env }) => env ?? [])
    .flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef ? [valueFrom.secretKeyRef] : []))
    .map(({ name, key }) => `${name}/${key}`),
];

it('Every object that a pod names exists, or is a Secret that the platform asks for', () => {
  const wrong = wrongAnywhere(({ manifests }) => {
    const known = new Set([
      ...manifests.objects.map(nameOf),
      ...secretsOf(manifests).map(({ name }) => `Secret/${name}`),
    ]);
    return manifests.pods().flatMap((pod) =>
      referencesOf(pod)
        .filter((each) => !known.has(each))
        .map((each) => `${nameOf(pod.owner)}: ${each}`),
    );
  });
  expect(wrong).toEqual([]);
});

it('Every claim has a reader that starts by itself: until there is one, many classes make no volume', () => {
  const wrong = wrongAnywhere(({ manifests }) => {
    const started = manifests
      .pods()
      .filter(({ owner }) => owner.kind !== 'CronJob')
      .flatMap(referencesOf);
    const claims = manifests.ofKind('PersistentVolumeClaim').map(nameOf);
    return claims.length > 1 ? claims.filter((claim) => !started.includes(claim)) : ['has no claims'];
  });
  expect(wrong).toEqual([]);
});

it('Every key of a Secret that a pod reads is one that the platform asks for, and every one is read', () => {
  const wrong = wrongAnywhere(({ manifests }) => {
    const asked = new Set(
      secretsOf(manifests).flatMap(({ name, keys }) => Object.keys(keys).map((key) => `${name}/${key}`)),
    );
    const read = new Set(manifests.pods().flatMap(keysOf));
    return [
      ...manifests.pods().flatMap((pod) =>
        keysOf(pod)
          .filter((key) => !asked.has(key))
          .map((key) => `${nameOf(pod.owner)}: nobody asks for ${key}`),
      ),
      ...[...asked].filter((key) => !read.has(key)).map((key) => `nothing reads ${key}`),
    ];
  });
  expect(wrong).toEqual([]);
});

it('A Secret object has the keys that are read from it, and no others', () => {
  const wrong = wrongAnywhere(({ environment, manifests }) => {
    if (!environment.developmentSecrets) return [];
    return secretsOf(manifests).flatMap(({ name, keys }) => {
      const [made, asked] = [manifests.find('Secret', name).data!, keys].map((each) => Object.keys(each).sort().join());
      return made === asked ? [] : [`Secret/${name} has ${made}, and ${asked} are read`];
    });
  });
  expect(wrong).toEqual([]);
});

/** Somebody else's program, in the pod only to ask the server. */
const EXPORTER = 'exporter';

it('Every container mounts exactly the volumes and claims that its pod has, each at a place of its own', () => {
  const wrong = wrongInPods((pod) =>
    pod.containers
      .filter(({ name }) => name !== EXPORTER)
      .filter(({ volumeMounts: mounts = [] }) => {
        const names = mounts.map(({ name }) => name).sort();
        return (
          names.join() !== volumesOf(pod).sort().join() ||
          new Set(mounts.map(({ mountPath }) => mountPath)).size !== mounts.length
        );
      })
      .map(({ name, volumeMounts }) => ({ name, volumeMounts })),
  );
  expect(wrong).toEqual([]);
});

it('An exporter sees none of the data, files and Secrets of the server that it stands beside', () => {
  const wrong = wrongInPods((pod, { manifests }) => {
    const seen = pod.containers.find(({ name }) => name === EXPORTER)?.volumeMounts ?? [];
    const { command, env } = pod.spec.containers[0]!;
    const ofServer = JSON.stringify([command, env, Object.values(manifests.filesOf(pod))]);
    const inMemory = (volume: string) =>
      pod.spec.volumes?.some(({ name, emptyDir }) => name === volume && emptyDir?.medium === 'Memory');
    // Of the server's own directories in memory one has the passwords of others.
    return seen.filter(({ name, mountPath }) => !inMemory(name) || new RegExp(`${mountPath}\\b(?!-)`).test(ofServer));
  });
  expect(wrong).toEqual([]);
});

it('Every path below a mounted directory of files is one of its files', () => {
  const wrong = wrongInPods((pod, { manifests }) => {
    const files = manifests.filesOf(pod);
    const directories = [...new Set(Object.keys(files).map((path) => path.slice(0, path.lastIndexOf('/') + 1)))];
    const text = JSON.stringify([pod.containers, Object.values(files)]);
    return directories
      .flatMap((directory) => text.match(new RegExp(`${directory}[\\w.-]+[$]?`, 'g')) ?? [])
      .filter((path) => !path.endsWith('$') && !path.endsWith('-') && !(path in files));
  });
  expect(wrong).toEqual([]);
});
