import { isDeepStrictEqual } from 'node:util';
import { repeated } from '../../lib/repeated';
import { everyEnvironment, wrongAnywhere, wrongInPods } from '../environments';
import { ROOMY_NAME } from '../kubernetes';
import { nameOf } from '../manifests';

it('No two objects have the same kind and name', () => {
  expect(wrongAnywhere(({ manifests }) => repeated(manifests.objects.map(nameOf)))).toEqual([]);
  // Or nothing would be proven here.
  expect(everyEnvironment.filter(({ manifests }) => manifests.pods().length < 15)).toEqual([]);
});

it('Names leave room for the suffix of a pod: they are DNS labels of at most 52 characters', () => {
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests.objects.map(({ metadata }) => metadata.name).filter((name) => !ROOMY_NAME.test(name)),
  );
  expect(wrong).toEqual([]);
});

it('Names of volumes, containers and ports are DNS labels, which the schema does not say', () => {
  const wrong = wrongInPods(({ spec, containers }) => {
    const ports = containers.flatMap((each) => each.ports ?? []);
    const names = [...(spec.volumes ?? []), ...containers, ...ports].map(({ name }) => name);
    return names.filter((name) => !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name));
  });
  expect(wrong).toEqual([]);
});

it('Every object is in the namespace and carries the labels of the platform', () => {
  const wrong = wrongAnywhere(({ environment, manifests }) =>
    manifests.objects
      .filter(({ kind, metadata: { labels = {}, namespace } }) => {
        const labelled =
          labels['app.kubernetes.io/part-of'] === 'bss' && labels['app.kubernetes.io/managed-by'] === 'cdk8s';
        return !labelled || namespace !== (kind === 'Namespace' ? undefined : environment.namespace);
      })
      .map(nameOf),
  );
  expect(wrong).toEqual([]);
});

it('What holds data is kept when it vanishes from Git: the namespace, which takes all with it, and every claim', () => {
  const kept = {
    'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    'kustomize.toolkit.fluxcd.io/prune': 'disabled',
  };
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests.objects
      .filter(({ kind }) => ['Namespace', 'PersistentVolumeClaim'].includes(kind))
      .filter(({ metadata }) => !isDeepStrictEqual(metadata.annotations, kept))
      .map(nameOf),
  );
  expect(wrong).toEqual([]);
});
