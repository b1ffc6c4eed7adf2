import { Workload } from '../../lib/workload';
import { wrongAnywhere } from '../environments';
import type { Labels, Selector } from '../kubernetes';
import { type Manifests, nameOf, type Pod } from '../manifests';

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

const probesOf = (pod: Pod) =>
  pod.containers.flatMap(({ startupProbe, readinessProbe, livenessProbe }) =>
    [startupProbe, readinessProbe, livenessProbe].filter((probe) => probe !== undefined),
  );

/** How many workloads the pods are of: shards side by side are one. */
const workloadsOf = (pods: Pod[]) =>
  new Set(pods.map(({ metadata }) => metadata.labels['app.kubernetes.io/name'])).size;

const portNames = (pod: Pod) => pod.containers.flatMap(({ ports }) => ports ?? []).map(({ name }) => name);

const podsBehind = (manifests: Manifests, { 'statefulset.kubernetes.io/pod-name': podName, ...labels }: Labels) =>
  manifests
    .pods()
    .filter(({ metadata, owner }) =>
      podName ? manifests.podNames(owner).includes(podName) : matches(metadata.labels, labels),
    );

it('Every probe and every Service leads to a port that its pods have', () => {
  const wrong = wrongAnywhere(({ manifests }) => [
    ...manifests.pods().flatMap((pod) =>
      probesOf(pod)
        .flatMap(({ httpGet, tcpSocket }) => (httpGet ?? tcpSocket)?.port ?? [])
        .filter((port) => !portNames(pod).includes(port))
        .map((port) => `${nameOf(pod.owner)} is probed at ${port}`),
    ),
    ...manifests.ofKind('Service').flatMap((service) => {
      const behind = podsBehind(manifests, service.spec.selector);
      if (workloadsOf(behind) !== 1) return [`${nameOf(service)} leads to ${workloadsOf(behind)} workloads`];
      return service.spec.ports
        .filter(({ targetPort }) => !portNames(behind[0]!).includes(targetPort))
        .map(({ targetPort }) => `${nameOf(service)} leads to ${targetPort}`);
    }),
  ]);
  expect(wrong).toEqual([]);
});

it('Every autoscaler scales a Deployment that leaves its number of pods to it', () => {
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests
      .ofKind('HorizontalPodAutoscaler')
      .filter(
        ({ spec: { scaleTargetRef: target, minReplicas, maxReplicas } }) =>
          target.kind !== 'Deployment' ||
          manifests.find('Deployment', target.name).spec.replicas !== undefined ||
          maxReplicas <= minReplicas,
      )
      .map(nameOf),
  );
  expect(wrong).toEqual([]);
});

it('Every selector matches the pods of exactly one workload, or a role that pods outside the model may take', () => {
  const wrong = wrongAnywhere(({ manifests }) => {
    const selectors = manifests.objects.flatMap((object) =>
      selectorsIn(object.spec).map((selector) => ({ object, selector })),
    );
    const astray = selectors.filter(({ object, selector }) => {
      const [[key, value] = []] = Object.entries(selector);
      if (key === undefined) return object.metadata.name !== 'default-deny';
      if (key.startsWith('role.bss/')) return value !== 'true';
      if (key === 'statefulset.kubernetes.io/pod-name') {
        return !manifests.ofKind('StatefulSet').some((set) => manifests.podNames(set).includes(value!));
      }
      return workloadsOf(manifests.pods().filter(({ metadata }) => matches(metadata.labels, selector))) !== 1;
    });
    return selectors.length > 20
      ? astray.map(({ object, selector }) => `${nameOf(object)}: ${JSON.stringify(selector)}`)
      : ['has no selectors'];
  });
  expect(wrong).toEqual([]);
});

it('A pod that something selects still matches when its version changes', () => {
  const versioned = wrongAnywhere(({ manifests }) =>
    manifests.objects
      .filter(({ spec }) => selectorsIn(spec).some((selector) => 'app.kubernetes.io/version' in selector))
      .map(nameOf),
  );
  expect(versioned).toEqual([]);
});

it('Every host name of the cluster, in whatever file or command, is a Service with that port', () => {
  const wrong = wrongAnywhere(({ manifests }) => {
    const services = manifests
      .ofKind('Service')
      .flatMap(({ metadata: { name, namespace }, spec }) =>
        spec.ports.map(({ port }) => `${name}.${namespace}.svc:${port}`),
      );
    const named = manifests.objects.flatMap((object) =>
      // ZooKeeper names two ports of a server: host:2888:3888.
      [...JSON.stringify(object).matchAll(/([a-z0-9-]+\.[a-z0-9-]+\.svc)((?::\d+)*)/g)].flatMap(([, host, ports]) =>
        ports!
          .split(':')
          .slice(1)
          .map((port) => ({ object, address: `${host}:${port}` })),
      ),
    );
    return named.length > 5
      ? named
          .filter(({ address }) => !services.includes(address))
          .map(({ object, address }) => `${nameOf(object)}: ${address}`)
      : ['names no hosts'];
  });
  expect(wrong).toEqual([]);
});

it('Every workload with a name that it connects to has declared the connection', () => {
  const wrong = wrongAnywhere(({ manifests }) =>
    Workload.all(manifests.app).flatMap((workload) => {
      const pod = manifests.pods().find(({ metadata }) => matches(metadata.labels, workload.selector))!;
      const text = JSON.stringify([pod.containers, Object.values(manifests.filesOf(pod))]);
      // Whom an exporter is to look at, it is told by who asks it.
      const asked = workload.connections.map(({ to }) => to.workload);
      const probing = Workload.all(manifests.app).filter((each) => each.metrics?.targets && asked.includes(each));
      const declared = [workload, ...probing].flatMap(({ connections }) =>
        connections.map(({ to }) => `${to.workload.name}:${to.portNumber}`),
      );
      return (text.match(/[a-z0-9-]+\.[a-z0-9-]+\.svc:\d+/g) ?? [])
        .filter((address) => {
          const [host, port] = address.split(':');
          const { selector } = manifests.find('Service', host!.split('.')[0]!).spec;
          const target = podsBehind(manifests, selector)[0]!.metadata.labels['app.kubernetes.io/name'];
          return !declared.includes(`${target}:${port}`);
        })
        .map((address) => `${workload.name}: ${address}`);
    }),
  );
  expect(wrong).toEqual([]);
});
