import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { images } from '../../config/images';
import { production } from '../../config/production';
import { objectsIn as manifestsIn } from '../written';

const root = join(__dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: objects of other projects, whose types are not here
const objectsIn = (directory: string): readonly any[] => manifestsIn(directory);

/** Whether a folder of manifests is there. */
const manifests = (path: string) => existsSync(join(root, path)) && readdirSync(join(root, path)).length > 0;

describe('the example for Argo CD', () => {
  const [application, project] = ['Application', 'AppProject'].map((kind) =>
    objectsIn('gitops/argocd').find((object) => object.kind === kind),
  );
  const namespaced = objectsIn('dist/production').filter((object) => object.kind !== 'Namespace');

  it('applies a folder of dist to the namespace of that environment', () => {
    expect(manifests(application.spec.source.path)).toBe(true);
    expect(application.spec.destination.namespace).toBe(production.namespace);
  });

  it('keeps to what its project allows', () => {
    expect(application.spec.project).toBe(project.metadata.name);
    expect(project.spec.sourceRepos).toContain(application.spec.source.repoURL);
    expect(project.spec.destinations).toEqual([application.spec.destination]);
  });

  it('allows the kinds that production has, and no others', () => {
    const group = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');
    const kinds = new Set(namespaced.map(({ apiVersion, kind }) => `${group(apiVersion)}/${kind}`));
    const allowed = (list: { group: string; kind: string }[]) => list.map((each) => `${each.group}/${each.kind}`);
    expect(allowed(project.spec.namespaceResourceWhitelist)).toEqual([...kinds].sort());
    expect(allowed(project.spec.clusterResourceWhitelist)).toEqual(['/Namespace']);
  });
});

describe('the example for Flux', () => {
  const [kustomization, source] = ['Kustomization', 'GitRepository'].map((kind) =>
    objectsIn('gitops/flux').find((object) => object.kind === kind),
  );

  it('applies a folder of dist that its source holds', () => {
    expect(manifests(kustomization.spec.path)).toBe(true);
    expect(kustomization.spec.sourceRef).toEqual({ kind: source.kind, name: source.metadata.name });
    expect(source.spec.ignore.trim().split('\n')).toEqual(['/*', '!/dist']);
  });

  it('waits longer than a roll of all brokers may take', () => {
    const minutes = Number.parseInt(kustomization.spec.timeout, 10);
    const { brokers, shutdown } = production.kafka;
    expect(minutes * 60).toBeGreaterThan(brokers * shutdown.graceSeconds);
  });
});

describe('the configuration of Renovate', () => {
  const { customManagers, packageRules } = JSON.parse(read('renovate.json'));
  const [{ matchStrings }] = customManagers;
  const found = [...read('config/images.ts').matchAll(new RegExp(matchStrings[0], 'g'))].map(({ groups }) => groups!);
  const limits = new Map<string, string>(
    packageRules.flatMap(
      ({ matchPackageNames = [], allowedVersions }: { matchPackageNames?: string[]; allowedVersions?: string }) =>
        allowedVersions ? matchPackageNames.map((name) => [name, allowedVersions]) : [],
    ),
  );

  it('finds every image of config/images.ts', () => {
    expect(found.map(({ depName, currentValue }) => `${depName}:${currentValue}`)).toEqual(Object.values(images));
  });

  it.each([
    ['confluentinc/cp-kafka', '7.6.9', '8.0.0'],
    ['confluentinc/cp-zookeeper', '7.6.9', '7.7.0'],
    ['kong', '3.5.1', '3.6.0'],
    ['redis', '7.2.12-alpine', '8.0.2-alpine'],
    ['postgres', '17.13-alpine', '18.1-alpine'],
    ['grafana/grafana', '12.4.13', '13.0.0'],
    ['tchiotludo/akhq', '0.24.1', '0.25.0'],
  ])('lets %s become %s, not %s', (name, may, mayNot) => {
    const allowed = new RegExp(limits.get(name)!.slice(1, -1));
    const now = found.find(({ depName }) => depName === name)!['currentValue']!;
    expect([now, may, mayNot].map((version) => allowed.test(version))).toEqual([true, true, false]);
  });
});
