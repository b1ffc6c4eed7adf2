import { mkdtempSync, readFileSync } from 'node:fs';
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
  const written = (id: string) => readFileSync(join(app.outdir, `${id}.k8s.yaml`), 'utf8');
  expect(files).toEqual({ '02-stock.k8s.yaml': written('stock'), '03-till.k8s.yaml': written('till') });
});
