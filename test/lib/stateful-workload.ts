import { Size, Yaml } from 'cdk8s';
import { type Claim, StatefulWorkload, type StatefulWorkloadProps } from '../../lib/stateful-workload';
import { Example, hostPort, podProps, shop } from '../example';
import { plainText } from '../manifests';

expect.addSnapshotSerializer(plainText);

const claim: Required<Claim> = { mountPath: '/var/till', size: Size.gibibytes(5) };

const allProps: Required<StatefulWorkloadProps> = {
  ...podProps(),
  replicas: 3,
  shards: 2,
  claims: { data: claim },
};

function made(change: Partial<StatefulWorkloadProps> = {}, platform = shop()) {
  const example = new Example(platform);
  const workload = new StatefulWorkload(example, 'default', {
    ...allProps,
    shards: undefined,
    rights: undefined,
    ...change,
  });
  const set = () => example.manifests.find('StatefulSet', 'example').spec;
  return { example, workload, set };
}

const names = (example: Example) => example.manifests.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe('Pods with an identity', () => {
  it('have every prop where Kubernetes looks for it', () => {
    const { template, ...spec } = made().set();
    const { initContainers, containers, volumes, securityContext, ...pod } = template.spec;
    expect(securityContext).toMatchObject({ runAsUser: 1234, fsGroup: 1234 });
    expect(Yaml.stringify({ ...spec, pod })).toMatchInlineSnapshot(`
persistentVolumeClaimRetentionPolicy:
  whenDeleted: Retain
  whenScaled: Retain
podManagementPolicy: Parallel
replicas: 3
selector:
  matchLabels:
    app.kubernetes.io/name: example
serviceName: example-headless
updateStrategy:
  type: RollingUpdate
volumeClaimTemplates:
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      creationTimestamp: null
      name: data
    spec:
      accessModes:
        - ReadWriteOnce
      resources:
        requests:
          storage: 5Gi
      storageClassName: slow
      volumeMode: Filesystem
    status:
      phase: Pending
pod:
  affinity:
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - labelSelector:
            matchLabels:
              app.kubernetes.io/name: example
          topologyKey: kubernetes.io/hostname
  automountServiceAccountToken: false
  enableServiceLinks: false
  serviceAccountName: example-account
  terminationGracePeriodSeconds: 45
  topologySpreadConstraints:
    - labelSelector:
        matchLabels:
          app.kubernetes.io/name: example
      maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: ScheduleAnyway

`);
    expect(containers[0]?.volumeMounts).toContainEqual({ name: 'data', mountPath: '/var/till' });
    expect(volumes).not.toContainEqual(expect.objectContaining({ name: 'data' }));
  });

  it('use the default StorageClass of the cluster when none is named', () => {
    expect(JSON.stringify(made({}, shop({ storageClass: undefined })).set())).not.toContain('storageClassName');
  });

  it('have the headless Service that a StatefulSet must have, with all their ports', () => {
    expect(made().example.manifests.find('Service', 'example-headless').spec).toEqual({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'app.kubernetes.io/name': 'example' },
      ports: [
        { name: 'web', port: 8080, targetPort: 'web' },
        { name: 'metrics', port: 9100, targetPort: 'metrics' },
      ],
    });
  });

  it('prefer different nodes when they need not have them', () => {
    const preferred = JSON.stringify(made({}, shop({ spread: 'preferred' })).set());
    expect(preferred).toContain('preferredDuringSchedulingIgnoredDuringExecution');
    expect(preferred).not.toContain('requiredDuringScheduling');
  });

  it('leave one by one, and a pod that is not ready counts', () => {
    const budget = made().example.manifests.objects.find(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budget).toMatchObject({
      metadata: { name: 'example-budget' },
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: { 'app.kubernetes.io/name': 'example' } },
        unhealthyPodEvictionPolicy: 'IfHealthyBudget',
      },
    });
  });

  it('that are alone have neither a budget, which would stop every drain, nor anything to keep away from', () => {
    const { example, set } = made({ replicas: 1 });
    expect(names(example)).not.toContain('PodDisruptionBudget example-budget');
    expect(set().template.spec).not.toHaveProperty('affinity');
    expect(set().template.spec).not.toHaveProperty('topologySpreadConstraints');
  });

  it('have names that count from 0', () => {
    expect(made().workload.podNames).toEqual(['example-0', 'example-1', 'example-2']);
  });
});

describe('podEndpoints', () => {
  const { example, workload } = made();
  const endpoints = [...workload.podEndpoints('web'), ...workload.podEndpoints('metrics')];

  it('are an address for each pod that stays when the pod is replaced, and is there before it is ready', () => {
    expect(endpoints.slice(0, 4).map(({ address }) => address)).toEqual([
      'example-0.shop.svc:8080',
      'example-1.shop.svc:8080',
      'example-2.shop.svc:8080',
      'example-0.shop.svc:9100',
    ]);
    expect(example.manifests.find('Service', 'example-1').spec).toEqual({
      selector: { 'statefulset.kubernetes.io/pod-name': 'example-1' },
      publishNotReadyAddresses: true,
      ports: [
        { name: 'metrics', port: 9100, targetPort: 'metrics' },
        { name: 'web', port: 8080, targetPort: 'web' },
      ],
    });
  });

  it('of one port are one connection: policies know workloads', () => {
    for (const endpoint of workload.podEndpoints('web')) workload.connectsTo(endpoint);
    expect(workload.connections).toHaveLength(1);
    expect(example.policies).toEqual(['example-to-dns', 'example-to-example-web', 'example-web-from-example']);
  });
});

describe('publishEach', () => {
  const { example, workload } = made();
  workload.publishEach('web', 'till', hostPort);

  it('gives each pod ports that count up', () => {
    expect(workload.publications).toEqual(
      [0, 1, 2].map((ordinal) => ({
        port: 'web',
        title: `till example-${ordinal}`,
        service: `example-${ordinal}-external`,
        hostPort: 8000 + ordinal,
        nodePort: 30000 + ordinal,
      })),
    );
    expect(example.manifests.find('Service', 'example-2-external').spec).toEqual({
      type: 'NodePort',
      publishNotReadyAddresses: true,
      selector: { 'statefulset.kubernetes.io/pod-name': 'example-2' },
      ports: [{ name: 'web', port: 8080, targetPort: 'web', nodePort: 30002 }],
    });
  });

  it('lets the host in once', () => {
    expect(example.policies).toEqual(['example-web-from-host']);
  });
});
