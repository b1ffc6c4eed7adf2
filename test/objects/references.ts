import { RequiredSecret } from '../../lib/secret';
import { Workload } from '../../lib/workload';
import { everyEnvironment } from '../environments';
import type { Labels, Selector } from '../kubernetes';
import { type Manifests, nameOf, type Pod } from '../manifests';

/** `ConfigMap/x` and so on, as the objects of the environment and the Secrets that it asks for have them. */
function names(manifests: Manifests): string[] {
  const secrets = manifests.app.node.findAll().filter((each) => each instanceof RequiredSecret);
  return [...manifests.objects.map(nameOf), ...secrets.map(({ name }) => `Secret/${name}`)];
}

const matches = (labels: Labels, selector: Labels) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** Every label selector for pods of the namespace, wherever it is in an object. */
function selectorsIn(value: unknown, key = ''): Labels[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('namespaceSelector' in value) return [];
  if (key === 'podSelector' || key === 'labelSelector' || key === 'selector') {
    const { matchLabels } = value as Selector;
    return [matchLabels ?? (value as Labels)];
  }
  return Object.entries(value).flatMap(([name, inner]) => selectorsIn(inner, name));
}

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

const probesOf = (pod: Pod) =>
  pod.containers.flatMap(({ startupProbe, readinessProbe, livenessProbe }) =>
    [startupProbe, readinessProbe, livenessProbe].filter((probe) => probe !== undefined),
  );

/** How many workloads the pods are of: shards side by side are one. */
const workloadsOf = (pods: Pod[]) =>
  new Set(pods.map(({ metadata }) => metadata.labels['app.kubernetes.io/name'])).size;

const portNames = (pod: Pod) => pod.containers.flatMap(({ ports }) => ports ?? []).map(({ name }) => name);

describe.each(everyEnvironment)('In $name', ({ environment, manifests }) => {
  const pods = manifests.pods();
  const known = names(manifests);
  const podsBehind = ({ 'statefulset.kubernetes.io/pod-name': podName, ...labels }: Labels) =>
    pods.filter(({ metadata, owner }) =>
      podName ? manifests.podNames(owner).includes(podName) : matches(metadata.labels, labels),
    );

  it('no two objects have the same kind and name', () => {
    const all = manifests.objects.map(nameOf);
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });

  it('names leave room for the suffix of a pod: they are DNS labels of at most 52 characters', () => {
    const all = manifests.objects.map(({ metadata }) => metadata.name);
    expect(all.filter((name) => !/^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/.test(name))).toEqual([]);
  });

  it('names of volumes, containers and ports are DNS labels, which the schema does not say', () => {
    const inner = pods.flatMap((pod) => [
      ...(pod.spec.volumes ?? []).map(({ name }) => name),
      ...pod.containers.map(({ name }) => name),
      ...portNames(pod),
    ]);
    expect(inner.filter((name) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name))).toEqual([]);
  });

  it('every object is in the namespace and carries the labels of the platform', () => {
    const labels = { 'app.kubernetes.io/part-of': 'bss', 'app.kubernetes.io/managed-by': 'cdk8s' };
    for (const { kind, metadata } of manifests.objects) {
      expect(metadata.labels).toMatchObject(labels);
      expect([metadata.name, metadata.namespace]).toEqual([
        metadata.name,
        kind === 'Namespace' ? undefined : environment.namespace,
      ]);
    }
  });

  it('every object that a pod names exists, or is a Secret that the platform asks for', () => {
    expect(pods.flatMap(referencesOf).filter((reference) => !known.includes(reference))).toEqual([]);
  });

  it('every claim has a reader that starts by itself: until there is one, many classes make no volume', () => {
    const started = pods.filter(({ owner }) => owner.kind !== 'CronJob').flatMap(referencesOf);
    const claims = manifests.ofKind('PersistentVolumeClaim');
    expect(claims.length).toBeGreaterThan(1);
    for (const claim of claims) expect(started).toContain(nameOf(claim));
  });

  it('what holds data is kept when it vanishes from Git: the namespace, which takes all with it, and every claim', () => {
    const kept = manifests.objects.filter(({ kind }) => ['Namespace', 'PersistentVolumeClaim'].includes(kind));
    for (const { metadata } of kept) {
      expect(metadata.annotations).toEqual({
        'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      });
    }
  });

  it('every key of a Secret that a pod reads is one that the platform asks for', () => {
    const asked = manifests.app.node
      .findAll()
      .filter((each) => each instanceof RequiredSecret)
      .flatMap(({ name, keys }) => Object.keys(keys).map((key) => `${name}/${key}`));
    const read = pods.flatMap(({ spec, containers }) => [
      ...(spec.volumes ?? []).flatMap(
        ({ secret }) => secret?.items.map(({ key }) => `${secret.secretName}/${key}`) ?? [],
      ),
      ...containers
        .flatMap(({ env }) => env ?? [])
        .flatMap(({ valueFrom }) => (valueFrom?.secretKeyRef ? [valueFrom.secretKeyRef] : []))
        .map(({ name, key }) => `${name}/${key}`),
    ]);
    expect([...new Set(read)].sort()).toEqual(asked.sort());
  });

  it('a Secret object has all the keys that are read from it', () => {
    if (!environment.developmentSecrets) return;
    const secrets = manifests.app.node.findAll().filter((each) => each instanceof RequiredSecret);
    for (const { name, keys } of secrets) {
      expect(Object.keys(manifests.find('Secret', name).data!).sort()).toEqual(Object.keys(keys).sort());
    }
  });

  it.each(pods)('$owner.kind $owner.metadata.name mounts exactly the volumes and claims that it has', (pod) => {
    for (const { name: container, volumeMounts: mounts = [] } of pod.containers) {
      const seen = mounts.map(({ name }) => name).sort();
      // Of somebody else's making, and in the pod only to ask the server: no data, no files, no Secret.
      if (container === 'exporter') expect(seen.filter((name) => !/^scratch-(var-)?run-/.test(name))).toEqual([]);
      else expect(seen).toEqual(volumesOf(pod).sort());
      expect(new Set(mounts.map(({ mountPath }) => mountPath)).size).toBe(mounts.length);
    }
  });

  it('every path below a mounted directory of files is one of its files', () => {
    const missing = pods.flatMap((pod) => {
      const files = manifests.filesOf(pod);
      const directories = [...new Set(Object.keys(files).map((path) => path.slice(0, path.lastIndexOf('/') + 1)))];
      const text = JSON.stringify([pod.containers, Object.values(files)]);
      return directories
        .flatMap((directory) => text.match(new RegExp(`${directory}[\\w.-]+[$]?`, 'g')) ?? [])
        .filter((path) => !path.endsWith('$') && !path.endsWith('-') && !(path in files))
        .map((path) => `${nameOf(pod.owner)}: ${path}`);
    });
    expect(missing).toEqual([]);
  });

  it('every probe and every Service leads to a port that its pods have', () => {
    for (const pod of pods) {
      const ports = probesOf(pod).flatMap(({ httpGet, tcpSocket }) => (httpGet ?? tcpSocket)?.port ?? []);
      expect(portNames(pod)).toEqual(expect.arrayContaining(ports));
    }
    for (const { metadata, spec } of manifests.ofKind('Service')) {
      const behind = podsBehind(spec.selector);
      expect([metadata.name, workloadsOf(behind)]).toEqual([metadata.name, 1]);
      expect(portNames(behind[0]!)).toEqual(expect.arrayContaining(spec.ports.map(({ targetPort }) => targetPort)));
    }
  });

  it('every autoscaler scales a Deployment that leaves its number of pods to it', () => {
    for (const { spec } of manifests.ofKind('HorizontalPodAutoscaler')) {
      expect(spec.scaleTargetRef.kind).toBe('Deployment');
      expect(manifests.find('Deployment', spec.scaleTargetRef.name).spec.replicas).toBeUndefined();
      expect(spec.maxReplicas).toBeGreaterThan(spec.minReplicas);
    }
  });

  it('every selector matches the pods of exactly one workload, or a role that pods outside the model may take', () => {
    const selectors = manifests.objects.flatMap((object) =>
      selectorsIn(object.spec).map((selector) => ({ object, selector })),
    );
    expect(selectors.length).toBeGreaterThan(20);
    const wrong = selectors.filter(({ object, selector }) => {
      const [[key, value] = []] = Object.entries(selector);
      if (key === undefined) return object.metadata.name !== 'default-deny';
      if (key.startsWith('role.bss/')) return value !== 'true';
      if (key === 'statefulset.kubernetes.io/pod-name') {
        return !manifests.ofKind('StatefulSet').some((set) => manifests.podNames(set).includes(value!));
      }
      return workloadsOf(pods.filter(({ metadata }) => matches(metadata.labels, selector))) !== 1;
    });
    expect(wrong.map(({ object, selector }) => `${nameOf(object)}: ${JSON.stringify(selector)}`)).toEqual([]);
  });

  it('a pod that something selects still matches when its version changes', () => {
    const versioned = manifests.objects.filter(({ spec }) =>
      selectorsIn(spec).some((selector) => 'app.kubernetes.io/version' in selector),
    );
    expect(versioned.map(nameOf)).toEqual([]);
  });

  it('every host name of the cluster, in whatever file or command, is a Service with that port', () => {
    const services = manifests
      .ofKind('Service')
      .flatMap(({ metadata: { name, namespace }, spec }) =>
        spec.ports.map(({ port }) => `${name}.${namespace}.svc:${port}`),
      );
    // ZooKeeper names two ports of a server: host:2888:3888.
    const named = [...JSON.stringify(manifests.objects).matchAll(/([a-z0-9-]+\.[a-z0-9-]+\.svc)((?::\d+)*)/g)].flatMap(
      ([, host, ports]) =>
        ports!
          .split(':')
          .slice(1)
          .map((port) => `${host}:${port}`),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((address) => !services.includes(address))).toEqual([]);
  });

  it('every workload with a name that it connects to has declared the connection', () => {
    for (const workload of Workload.all(manifests.app)) {
      const pod = pods.find(({ metadata }) => matches(metadata.labels, workload.selector))!;
      const text = JSON.stringify([pod.containers, Object.values(manifests.filesOf(pod))]);
      const named = text.match(/[a-z0-9-]+\.[a-z0-9-]+\.svc:\d+/g) ?? [];
      const declared = workload.connections.map(({ to }) => `${to.workload.name}:${to.portNumber}`);
      for (const address of named) {
        const [host, port] = address.split(':');
        const { selector } = manifests.find('Service', host!.split('.')[0]!).spec;
        const target = podsBehind(selector)[0]!.metadata.labels['app.kubernetes.io/name'];
        expect(declared).toContain(`${target}:${port}`);
      }
    }
  });
});
