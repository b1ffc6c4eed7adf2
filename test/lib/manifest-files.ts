import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestFiles } from '../../lib/manifest-files';
import { Example, Pods, shop } from '../example';

it('Files are what cdk8s itself would write, named after the step in which they can start', () => {
  process.env['CDK8S_OUTDIR'] = mkdtempSync(join(tmpdir(), 'shop-synth-'));
  const app = shop();
  const [till, stock] = ['till', 'stock'].map((id) => new Example(app, id));
  new Pods(till!, 'default').connectsTo(new Pods(stock!, 'default', { web: 80 }).endpoint('web'));
  const files = manifestFiles(app);
  app.synth();
  expect(Object.keys(files)).toEqual(['02-stock.k8s.yaml', '03-till.k8s.yaml']);
  const written = readdirSync(app.outdir).map((name) => [name, readFileSync(join(app.outdir, name), 'utf8')]);
  const textOf = (id: string) => written.find(([name]) => name!.endsWith(`-${id}.k8s.yaml`))![1];
  expect(files).toEqual({ '02-stock.k8s.yaml': textOf('stock'), '03-till.k8s.yaml': textOf('till') });
});
