import { Size } from 'cdk8s';
import { VolumeClaim, type VolumeClaimProps } from '../../lib/volume-claim';
import { Example } from '../example';

const props: Required<VolumeClaimProps> = {
  image: 'box:1',
  user: 1234,
  size: Size.gibibytes(2),
  storageClass: 'slow',
};

describe('A volume for itself', () => {
  const example = new Example();
  const { name } = new VolumeClaim(example, 'archive', props);
  const { manifests } = example;

  it('is claimed with its size and class, and is kept when it vanishes from Git', () => {
    expect(manifests.find('PersistentVolumeClaim', name)).toMatchObject({
      metadata: {
        annotations: {
          'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
          'kustomize.toolkit.fluxcd.io/prune': 'disabled',
        },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'slow',
        resources: { requests: { storage: '2Gi' } },
      },
    });
  });

  it('is used once by a Job, so that it is made at once and nobody waits for it until a schedule comes', () => {
    const [job, ...others] = manifests.pods();
    expect(others).toEqual([]);
    expect(job!.owner.metadata.name).toMatch(/^example-archive-first-use-[0-9a-f]{8}$/);
    expect(job).toMatchObject({
      owner: { kind: 'Job' },
      spec: {
        securityContext: { runAsUser: 1234 },
        containers: [{ image: 'box:1', command: ['true'], volumeMounts: [{ name, mountPath: '/volume' }] }],
        volumes: [{ name, persistentVolumeClaim: { claimName: name } }],
      },
    });
  });
});
