import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { diff } from 'jest-diff';
import { isScalar } from 'yaml';
import { published } from '../../config/environments';
import { production } from '../../config/production';
import { rehearsal } from '../../config/rehearsal';
import { manifestFiles } from '../../lib/manifest-files';
import { environmentCalled } from '../environments';
import { LARGEST_APPLIED, type Manifest } from '../kubernetes';
import { nameOf, plainText } from '../manifests';
import { documentsIn, objectsIn } from '../written';

const dist = join(__dirname, '../../dist');

type Files = Record<string, string>;

const filesIn = (directory: string): Files =>
  Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]));

// The committed dist is the snapshot: what GitOps applies is what review reads and what tests compare.
describe.each(published)('dist/$name', ({ name }) => {
  const { manifests } = environmentCalled(name);
  const files = manifestFiles(manifests.app);
  const committed = filesIn(join(dist, name));

  it('has one file for each chart and nothing else (if not: npm run synth)', () => {
    expect(Object.keys(committed)).toEqual(Object.keys(files));
  });

  it('is what the model makes, byte for byte (if not: npm run synth)', () => {
    const differing = Object.keys(files).filter((file) => committed[file] !== files[file]);
    const [is, must] = [committed, files].map((each) => differing.map((file) => [file, each[file]]));
    expect(is).toEqual(must);
  });

  it('holds manifests only, and they read as they were meant', () => {
    const byName = (objects: readonly Manifest[]) => Object.fromEntries(objects.map((each) => [nameOf(each), each]));
    const { objects } = manifests;
    const written = objectsIn(`dist/${name}`);
    expect(written).toHaveLength(objects.length);
    expect(byName(written)).toEqual(byName(objects));
  });

  it('holds every file of every ConfigMap as a block that reads like the file', () => {
    const entries = documentsIn(`dist/${name}`)
      .filter((document) => document.get('kind') === 'ConfigMap')
      .flatMap((document) => Object.keys(document.toJS().data).map((key) => ({ key, document })));
    expect(entries.length).toBeGreaterThan(10);
    const styles = entries.map(({ key, document }) => {
      const node = document.getIn(['data', key], true);
      return `${key} ${isScalar(node) ? node.type : 'missing'}`;
    });
    expect(styles).toEqual(entries.map(({ key }) => `${key} BLOCK_LITERAL`));
  });

  it('holds no object that is too large for the annotation of `kubectl apply`', () => {
    const manifests = Object.values(files).flatMap((text) => text.split(/^---$/m));
    expect(Math.max(...manifests.map((manifest) => Buffer.byteLength(manifest)))).toBeLessThan(LARGEST_APPLIED);
  });
});

describe('rehearsal', () => {
  const objectsOf = (environment: string) =>
    new Map(
      environmentCalled(environment).manifests.objects.map((each) => [
        nameOf(each)
          .replace(/-[0-9a-f]{8}$/, '')
          .replace(rehearsal.namespace, production.namespace),
        JSON.stringify(each).replaceAll(rehearsal.namespace, production.namespace),
      ]),
    );
  const [there, here] = ['production', 'rehearsal'].map(objectsOf) as [Map<string, string>, Map<string, string>];
  // What changes with every file, and is right where the files are, says nothing.
  const text = (object: string) =>
    Yaml.stringify(JSON.parse(object)).replaceAll(
      /(?<=checksum\/files: )\w+|(?<=^ {2}name: [a-z-]+-)[0-9a-f]{8}$/gm,
      '(hash)',
    );
  const differing = [...here]
    // Of most there is no text to be made.
    .filter(([name, object]) => object !== there.get(name))
    .map(([name, object]) => ({ name, is: text(object), was: there.has(name) ? text(there.get(name)!) : '' }))
    .filter(({ is, was }) => is !== was);
  const plain = (line: string) => line;

  expect.addSnapshotSerializer(plainText);

  it.each(differing)('$name differs from production as it was reviewed', ({ is, was }) => {
    const difference = diff(was, is, {
      ...{ contextLines: 1, expand: false, omitAnnotationLines: true },
      ...{ aColor: plain, bColor: plain, commonColor: plain, patchColor: () => '...' },
    });
    expect(difference).toMatchSnapshot();
  });

  it('has every object of production but the autoscalers, which tests with counted pods could not bear, and TLS of Redis', () => {
    expect([...there.keys()].filter((name) => !here.has(name))).toEqual([
      'HorizontalPodAutoscaler/backend-autoscaler',
      'HorizontalPodAutoscaler/kong-autoscaler',
      'NetworkPolicy/certificates-to-redis-cluster-client',
      'NetworkPolicy/redis-cluster-client-from-certificates',
    ]);
  });

  it('is not in dist, where somebody could take it for an installation', () => {
    expect(existsSync(join(dist, 'rehearsal'))).toBe(false);
  });
});
