import { StatelessWorkload, type StatelessWorkloadProps } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';

const props: Required<StatelessWorkloadProps> = {
  ...podProps(),
  replicas: 3,
  autoscaling: { mostReplicas: 6, cpuPercent: 60 },
};

function workload(change: Partial<StatelessWorkloadProps> = {}) {
  const example = new Example();
  const made = new StatelessWorkload(example, 'default', { ...podProps(example), ...change });
  const kinds = example.manifests.objects.map(({ kind }) => kind);
  return { made, kinds, manifests: example.manifests, spec: example.manifests.find('Deployment', 'example').spec };
}

it('One pod has no budget, and nothing to be spread', () => {
  const { made, kinds, spec } = workload();
  expect([made.replicas, made.surge, spec.replicas]).toEqual([1, 1, 1]);
  expect(kinds).not.toContain('PodDisruptionBudget');
  expect(spec).not.toHaveProperty('strategy');
  expect(spec.template.spec).not.toHaveProperty('topologySpreadConstraints');
});

it('Several pods are spread, replaced one after the other, and one of them at most is taken away', () => {
  const { made, manifests, spec } = workload({ replicas: props.replicas });
  expect([made.replicas, made.surge, spec.replicas]).toEqual([3, 1, 3]);
  expect(spec).toMatchObject({
    minReadySeconds: 5,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      spec: {
        topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
          topologyKey,
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'example' } },
          matchLabelKeys: ['pod-template-hash'],
          maxSkew: 1,
          whenUnsatisfiable: 'ScheduleAnyway',
        })),
      },
    },
  });
  expect(manifests.objects.find(({ kind }) => kind === 'PodDisruptionBudget')?.spec).toEqual({
    selector: { matchLabels: { 'app.kubernetes.io/name': 'example' } },
    maxUnavailable: 1,
    // One that is not ready holds nothing.
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  });
});

it('An autoscaler has the number of pods for itself, and the quota has room for all of them and one more', () => {
  const { made, manifests, spec } = workload({ replicas: props.replicas, autoscaling: props.autoscaling });
  expect(spec).not.toHaveProperty('replicas');
  expect([made.replicas, made.surge]).toEqual([3, 4]);
  expect(manifests.find('HorizontalPodAutoscaler', 'example-autoscaler').spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'example' },
    minReplicas: 3,
    maxReplicas: 6,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
  });
});

it('Who asks each pod finds all of them by one name, ready or not', () => {
  const { made, manifests } = workload({ replicas: 3 });
  expect(made.podsEndpoint('metrics').address).toBe('example-pods.shop.svc:9100');
  expect(manifests.find('Service', 'example-pods').spec).toEqual({
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: { 'app.kubernetes.io/name': 'example' },
    ports: [{ name: 'metrics', port: 9100, targetPort: 'metrics' }],
  });
});

it('Metrics are told on a port of the main container, or of an exporter beside it, and on no other', () => {
  const exporter = { ...podProps().sidecars['guard']!, ports: { exporter: 9121 } };
  const { made } = workload({ sidecars: { exporter }, metrics: { port: 'exporter', path: '/metrics' } });
  expect([made.metrics, made.portNumber('exporter')]).toEqual([{ port: 'exporter', path: '/metrics' }, 9121]);
  expect(workload({ metrics: { none: 'nobody would look' } }).made).toMatchObject({
    metrics: undefined,
    noMetrics: 'nobody would look',
  });
  expect(() => workload({ metrics: { port: 'admin', path: '/' } })).toThrow('has no port admin; it has web, metrics');
});
