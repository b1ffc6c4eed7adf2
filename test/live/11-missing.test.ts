import { eventually } from '../../cluster/eventually';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { laptop } from './shared';

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});
afterAll(() => {
  bss.run('delete', 'pods', '-l', 'test=missing', '--grace-period=0', '--force');
});

interface PodObject {
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: { volumes: { name: string; secret?: { secretName: string }; persistentVolumeClaim?: { claimName: string } }[] };
}

/** A pod as the workload's template makes it, changed by `change`. */
function podOf(workload: string, name: string, change: (pod: PodObject) => void): void {
  const kinds = { akhq: 'deployment', kafka: 'statefulset' }[workload];
  const template = JSON.parse(bss.run('get', `${kinds}/${workload}`, '-o', 'json')).spec.template as PodObject;
  const pod = {
    ...template,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'bss', labels: { test: 'missing' } },
  };
  change(pod);
  kubectl(['apply', '-f', '-'], JSON.stringify(pod));
}

test('a Secret that nobody made is named in the events of the pod, which waits and does not crash', () => {
  podOf('akhq', 'without-secret', ({ spec }) => {
    spec.volumes.find(({ secret }) => secret)!.secret!.secretName = 'nobody-made-it';
  });
  eventually('the event', () => bss.run('get', 'events').includes('secret "nobody-made-it" not found'));
  expect(bss.pod('without-secret')!.status.containerStatuses![0]).toMatchObject({
    restartCount: 0,
    state: { waiting: { reason: 'ContainerCreating' } },
  });
});

test('a claim that nobody made is named in a condition of the pod, which waits and does not crash', () => {
  podOf('kafka', 'without-claim', ({ spec }) => {
    spec.volumes.push({ name: 'data', persistentVolumeClaim: { claimName: 'nobody-made-it' } });
  });
  const message = eventually('the condition', () => {
    const conditions = JSON.parse(bss.run('get', 'pod', 'without-claim', '-o', 'json')).status.conditions;
    return conditions?.find(({ reason }: { reason: string }) => reason === 'Unschedulable')?.message as
      | string
      | undefined;
  });
  expect(message).toContain('persistentvolumeclaim "nobody-made-it" not found');
});
