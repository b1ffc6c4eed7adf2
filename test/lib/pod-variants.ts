import { Size } from 'cdk8s';
import { type PodExtras, podResources, podTemplate } from '../../lib/pod';
import { StatelessWorkload, type StatelessWorkloadProps } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';

/** The template of a Deployment with these props, as the API server gets it. */
function template(props: StatelessWorkloadProps) {
  const example = new Example();
  new StatelessWorkload(example, 'default', props);
  return example.manifests.find('Deployment', 'example').spec.template;
}

describe('A pod', () => {
  it('of which little is said has no volumes, environment or probes', () => {
    const {
      env,
      ports,
      files,
      secretFiles,
      scratch,
      memoryScratch,
      volumeClaims,
      probes,
      command,
      preStop,
      terminationMessagePolicy,
      metrics,
      rights,
      initContainers,
      sidecars,
      ...required
    } = podProps();
    const { metadata, spec } = template(required);
    expect(metadata.annotations).toBeUndefined();
    expect(spec.volumes ?? []).toEqual([]);
    const [only] = spec.containers;
    expect(only).not.toHaveProperty('lifecycle');
    expect(only).not.toHaveProperty('command');
    expect(only).toHaveProperty('terminationMessagePolicy', 'FallbackToLogsOnError');
    expect(Object.keys(only!).filter((key) => key.endsWith('Probe'))).toEqual([]);
    expect([only!.env, only!.ports, only!.volumeMounts].map((list) => list ?? [])).toEqual([[], [], []]);
  });

  it('has sidecars that see all of its files, or those alone that they are to see', () => {
    const guard = podProps().sidecars['guard']!;
    const seen = (mounts: string[]) =>
      template({ ...podProps(), sidecars: { guard: { ...guard, mounts } } }).spec.containers[1]!.volumeMounts;
    expect(seen(['/tmp'])).toEqual([{ name: 'scratch-tmp', mountPath: '/tmp' }]);
    expect(seen([])).toBeUndefined();
    expect(() => seen(['/nowhere'])).toThrow(
      /^guard is to see \/nowhere of the pod's mounts; there are \/etc\/till, .*\. Name one/,
    );
  });

  it('takes what its kind of workload adds', () => {
    const extras: Required<PodExtras> = {
      name: 'till',
      labels: { a: 'b' },
      claimMounts: [{ name: 'data', mountPath: '/data' }],
      restartPolicy: 'Never',
    };
    const { metadata, spec } = podTemplate(new Example(), podProps(), extras);
    expect(metadata?.labels).toEqual(extras.labels);
    expect(spec).toMatchObject({ restartPolicy: 'Never' });
    expect(spec?.containers[0]).toMatchObject({
      name: 'till',
      volumeMounts: expect.arrayContaining(extras.claimMounts),
    });
  });
});

describe('Resources', () => {
  it('are requests of CPU and memory, and a limit of memory alone', () => {
    const { resources } = template({
      ...podProps(),
      resources: { cpu: 1500, memory: Size.gibibytes(2), memoryLimit: Size.gibibytes(3) },
    }).spec.containers[0]!;
    expect(resources).toEqual({ requests: { cpu: '1500m', memory: '2Gi' }, limits: { memory: '3Gi' } });
  });

  it('of a pod are those of the containers that run at the same time', () => {
    const { cpu, memory, memoryLimit } = podResources(podProps());
    expect([cpu, memory.toMebibytes(), memoryLimit.toMebibytes()]).toEqual([255, 80, 1056]);
  });
});
