import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { images } from '../config/images';
import { production } from '../config/production';
import { gateway, kindCluster, read, readme, root } from '../docs/generate';
import packageJson from '../package.json';

const PAGES = ['README.md', 'docs/gateway.md', 'docs/operations.md', 'gitops/README.md'];

/** All YAML objects of a directory, any depth. */
// biome-ignore lint/suspicious/noExplicitAny: objects of other projects, whose types are not here
const objectsIn = (directory: string): any[] =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => parseAllDocuments(read(join(directory, name))))
    .map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS();
    });

/** Whether a folder of manifests is there. */
const manifests = (path: string) => existsSync(join(root, path)) && readdirSync(join(root, path)).length > 0;

describe('what is generated from the model', () => {
  it('is in README.md as it is in the model (if not: npm run docs)', () => {
    expect(read('README.md')).toBe(readme(read('README.md')));
  });

  it('is in kind.yaml as it is in the model (if not: npm run docs)', () => {
    expect(read('kind.yaml')).toBe(kindCluster());
  });

  it('is in docs/gateway.md as it is in the model (if not: npm run docs)', () => {
    expect(read('docs/gateway.md')).toBe(gateway(read('docs/gateway.md')));
  });

  it('has a place in the README, or says which one is missing', () => {
    expect(() => readme('')).toThrow('there is no <!-- picture:begin --> … <!-- picture:end -->');
  });
});

describe.each(PAGES)('%s', (page) => {
  const text = read(page);
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');

  it('links to files that exist', () => {
    const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it('names files that exist', () => {
    const names = [...prose.matchAll(/`((?:charts|config|dist|docs|gitops|lib|test)\/[\w./-]+)`/g)].map(
      (match) => match[1]!,
    );
    expect(names.filter((name) => !existsSync(join(root, name)) && name !== 'dist/staging')).toEqual([]);
  });

  it('names scripts that package.json has', () => {
    const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!);
    expect(scripts.filter((script) => !(script in packageJson.scripts))).toEqual([]);
  });
});

it.each(PAGES)('%s restarts nothing in a way that Flux would revert, and roll again', (page) => {
  const restarts = [...read(page).matchAll(/rollout restart(?! *`)(.*)/g)].map((match) => match[1]!);
  expect(restarts.filter((rest) => !rest.startsWith(' --field-manager=flux-client-side-apply '))).toEqual([]);
});

it('the command that prunes names every kind of object that an apply makes, but for those that hold data', () => {
  const command = read('docs/operations.md').match(/^kubectl .*--prune[\s\S]*?[^\\]$/m)![0];
  const named = [...command.matchAll(/--prune-allowlist=(\S+)/g)].map((match) => match[1]!.replace(/^core\//, ''));
  const made = ['dist/kind', 'dist/production']
    .flatMap(objectsIn)
    .map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  const kept = ['Namespace', 'LimitRange', 'ResourceQuota', 'PersistentVolumeClaim', 'Secret'].map(
    (kind) => `v1/${kind}`,
  );
  expect([...named, ...kept].sort()).toEqual([...new Set(made)].sort());
});

it('README.md gives a reason for each dependency', () => {
  const table = read('README.md').split('## Dependencies')[1]!;
  expect(Object.keys(packageJson.devDependencies).filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});

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
    ['tchiotludo/akhq', '0.24.1', '0.25.0'],
  ])('lets %s become %s, not %s', (name, may, mayNot) => {
    const allowed = new RegExp(limits.get(name)!.slice(1, -1));
    const now = found.find(({ depName }) => depName === name)!['currentValue']!;
    expect([now, may, mayNot].map((version) => allowed.test(version))).toEqual([true, true, false]);
  });
});
