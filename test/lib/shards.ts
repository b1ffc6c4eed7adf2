import { Size } from 'cdk8s';
import type * as k8s from '../../imports/k8s';
import { StatefulWorkload } from '../../lib/stateful-workload';
import { Example, podProps } from '../example';

describe('Shards', () => {
  const example = new Example();
  const claims = { data: { mountPath: '/var/till', size: Size.gibibytes(5) } };
  const workload = new StatefulWorkload(example, 'default', {
    ...podProps(),
    rights: undefined,
    replicas: 2,
    shards: 2,
    claims,
  });
  const sets = example.manifests.ofKind('StatefulSet');

  it('are StatefulSets side by side, whose pods know their shard', () => {
    expect(sets.map(({ metadata }) => metadata.name)).toEqual(['example-0', 'example-1']);
    expect(workload.podNames).toEqual(['example-0-0', 'example-0-1', 'example-1-0', 'example-1-1']);
    const selector = { 'app.kubernetes.io/name': 'example', 'shop/shard': '1' };
    expect(sets[1]!.spec).toMatchObject({ replicas: 2, selector: { matchLabels: selector } });
    expect(sets[1]!.spec.template.metadata.labels).toMatchObject(selector);
  });

  it('keep their own pods apart, not those of other shards, which are only spread over the nodes', () => {
    const { affinity, topologySpreadConstraints } = sets[1]!.spec.template.spec as k8s.PodSpec;
    const shard = { matchLabels: { 'app.kubernetes.io/name': 'example', 'shop/shard': '1' } };
    const everyShard = { matchLabels: { 'app.kubernetes.io/name': 'example' } };
    expect(affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      { labelSelector: shard, topologyKey: 'kubernetes.io/hostname' },
    ]);
    const rest = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' };
    expect(topologySpreadConstraints).toEqual([
      { labelSelector: shard, topologyKey: 'topology.kubernetes.io/zone', ...rest },
      { labelSelector: everyShard, topologyKey: 'kubernetes.io/hostname', ...rest },
    ]);
  });

  it('are one workload to everybody else: one budget, one ConfigMap, one account, one headless Service', () => {
    const names = example.manifests.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.filter((name) => !name.startsWith('StatefulSet'))).toEqual([
      'Service example-headless',
      'ServiceAccount example-account',
      'ConfigMap example-files',
      'PodDisruptionBudget example-budget',
    ]);
    expect(workload.replicas).toBe(4);
  });
});
