import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { manifestFiles } from '../../lib/manifest-files';
import { Example, Pods } from '../example';

it('Files are what cdk8s itself would write, in its order and by its names', () => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'bss-synth-')) });
  const [last, first] = ['till', 'stock'].map((id) => new Example(app, id));
  new Pods(last!, 'default').connectsTo(new Pods(first!, 'default', { web: 80 }).endpoint('web'));
  last!.addDependency(first!);
  const files = manifestFiles(app);
  app.synth();
  expect(Object.keys(files)).toEqual(['0000-stock.k8s.yaml', '0001-till.k8s.yaml']);
  expect(files).toEqual(
    Object.fromEntries(readdirSync(app.outdir).map((name) => [name, readFileSync(join(app.outdir, name), 'utf8')])),
  );
});
