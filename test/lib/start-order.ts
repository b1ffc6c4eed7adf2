import type { App } from 'cdk8s';
import * as k8s from '../../imports/k8s';
import type { Endpoint } from '../../lib/endpoint';
import { startOrder } from '../../lib/start-order';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Example, Pods, podProps, shop } from '../example';
import { Manifests } from '../manifests';

const stepsOf = (app: App) => Object.fromEntries([...startOrder(app)].map(([{ node }, step]) => [node.id, step]));

describe('Charts', () => {
  it('start with the namespace, then Secrets, then servers, then their clients, however they are declared', () => {
    const app = shop();
    const [till, stock, keys, home] = ['till', 'stock', 'keys', 'home'].map((id) => new Example(app, id));
    new Pods(till!, 'default').connectsTo(new Pods(stock!, 'default', { web: 80 }).endpoint('web'));
    new k8s.KubeNamespace(home!, 'resource', { metadata: { name: 'shop' } });
    new k8s.KubeSecret(keys!, 'resource', { metadata: { name: 'login' } });
    expect(stepsOf(app)).toEqual({ home: 0, keys: 1, stock: 2, till: 3 });
  });

  it('may need each other in a circle: a file names what is declared later, and what was declared first waits', () => {
    const app = shop();
    const webs: Endpoint[] = [];
    const ids = ['gateway', 'boards', 'metrics'];
    const workloads = ids.map((id, index) => {
      const scope = new Example(app, id);
      const files = { '/etc/shop/next': () => `${webs[(index + 1) % 3]!.url}\n` };
      return new StatelessWorkload(scope, 'default', { ...podProps(scope), files });
    });
    webs.push(...workloads.map((workload) => workload.endpoint('web')));
    workloads.forEach((workload, index) => {
      workload.connectsTo(webs[(index + 1) % 3]!);
    });
    const manifests = new Manifests(app);
    const nextOf = (id: string) => manifests.find('ConfigMap', `${id}-files`).data!['next'];
    expect(ids.map(nextOf)).toEqual(['boards', 'metrics', 'gateway'].map((id) => `http://${id}.shop.svc:8080\n`));
    expect(stepsOf(app)).toEqual({ gateway: 4, boards: 3, metrics: 2 });
    const checksums = ids.map((id) => manifests.find('Deployment', id).spec.template.metadata.annotations);
    expect(new Set(checksums.map((each) => each!['checksum/files'])).size).toBe(3);
  });
});
