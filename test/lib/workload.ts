import { Workload } from '../../lib/workload';
import { Example, Pods, podProps } from '../example';

const spec = (example: Example, name: string) => example.manifests.find('NetworkPolicy', name).spec;
const pods = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });

describe('A workload', () => {
  const example = new Example();
  const shop = new Pods(example, 'shop', { web: 8080, metrics: 9100 });

  it('is selected by its name, and says more in its labels', () => {
    expect(shop.selector).toEqual({ 'app.kubernetes.io/name': 'example-shop' });
    expect(shop.labels).toEqual({
      'app.kubernetes.io/name': 'example-shop',
      'app.kubernetes.io/component': 'sales',
      'app.kubernetes.io/version': '1.2.3',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/managed-by': 'cdk8s',
    });
  });

  it('of an image with a digest carries its tag, as a label holds 63 characters', () => {
    class Pinned extends Workload {}
    const image = `registry.example:5000/till:1.2.3@sha256:${'0'.repeat(64)}`;
    const pinned = new Pinned(new Example(), 'default', { ...podProps(), image }, 1, 0);
    expect(pinned.labels['app.kubernetes.io/version']).toBe('1.2.3');
  });

  it('says which ports it has when asked for another', () => {
    expect(shop.portNumber('web')).toBe(8080);
    expect(() => shop.portNumber('admin')).toThrow('example-shop has no port admin; it has web, metrics');
    expect(() => new Pods(example, 'none').portNumber('web')).toThrow('example-none has no port web; it has none');
    expect(() => shop.endpoint('admin')).toThrow('example-shop has no port admin');
  });

  it('is found in the order of the model', () => {
    expect(Workload.all(example).map(({ name }) => name)).toEqual(['example-shop', 'example-none']);
  });
});

describe('An endpoint', () => {
  it('is a port behind a Service, which has the ports that were asked for and no others', () => {
    const example = new Example();
    const shop = new Pods(example, 'default', { web: 8080, metrics: 9100, admin: 9999 });
    expect(example.manifests.ofKind('Service')).toEqual([]);
    const { host, address, portNumber, port, workload } = shop.endpoint('web');
    expect({ host, address, portNumber, port }).toEqual({
      host: 'example.shop.svc',
      address: 'example.shop.svc:8080',
      portNumber: 8080,
      port: 'web',
    });
    expect(workload).toBe(shop);
    shop.endpoint('metrics');
    shop.endpoint('web');
    expect(example.manifests.ofKind('Service').map((service) => service.spec)).toEqual([
      {
        selector: { 'app.kubernetes.io/name': 'example' },
        ports: [
          { name: 'metrics', port: 9100, targetPort: 'metrics' },
          { name: 'web', port: 8080, targetPort: 'web' },
        ],
      },
    ]);
  });
});

describe('connectsTo', () => {
  const example = new Example();
  const [shop, store] = [new Pods(example, 'shop'), new Pods(example, 'store', { sql: 5432, metrics: 9187 })];
  shop.connectsTo(store.endpoint('sql'));

  it('lets the one send and the other receive, and the one look up names', () => {
    expect(example.policies).toEqual([
      'example-shop-to-dns',
      'example-shop-to-example-store-sql',
      'example-store-sql-from-example-shop',
    ]);
    const ports = [{ port: 5432, protocol: 'TCP' }];
    expect(spec(example, 'example-shop-to-example-store-sql')).toEqual({
      ...pods('example-shop'),
      policyTypes: ['Egress'],
      egress: [{ to: [pods('example-store')], ports }],
    });
    expect(spec(example, 'example-store-sql-from-example-shop')).toEqual({
      ...pods('example-store'),
      policyTypes: ['Ingress'],
      ingress: [{ from: [pods('example-shop')], ports }],
    });
  });

  it('opens DNS to the cluster alone, by both protocols', () => {
    expect(spec(example, 'example-shop-to-dns')).toEqual({
      ...pods('example-shop'),
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
      ],
    });
  });

  it('twice is once, and another port is two policies more', () => {
    const before = example.policies.length;
    shop.connectsTo(store.endpoint('sql'));
    expect(example.policies).toHaveLength(before);
    shop.connectsTo(store.endpoint('metrics'));
    expect(example.policies).toHaveLength(before + 2);
    expect(shop.connections.map(({ to }) => to.address)).toEqual([
      'example-store.shop.svc:5432',
      'example-store.shop.svc:9187',
    ]);
  });
});

describe('admitsRole', () => {
  const example = new Example();
  new Pods(example, 'default', { sql: 5432 }).admitsRole('auditor', 'sql');
  const role = { podSelector: { matchLabels: { 'role.shop/auditor': 'true' } } };
  const ports = [{ port: 5432, protocol: 'TCP' }];

  it('lets pods with the label send, and the workload receive from them', () => {
    expect(example.policies).toEqual([
      'example-role-auditor',
      'example-role-auditor-to-dns',
      'example-sql-from-role-auditor',
    ]);
    expect(spec(example, 'example-role-auditor')).toEqual({
      ...role,
      policyTypes: ['Egress'],
      egress: [{ to: [pods('example')], ports }],
    });
    expect(spec(example, 'example-sql-from-role-auditor')).toEqual({
      ...pods('example'),
      policyTypes: ['Ingress'],
      ingress: [{ from: [role], ports }],
    });
  });

  it('lets them look up names', () => {
    expect(spec(example, 'example-role-auditor-to-dns')).toMatchObject({ ...role, policyTypes: ['Egress'] });
  });
});

describe('What is outside of the platform', () => {
  it('is reached at the networks and the port that were asked for, and names resolve', () => {
    const example = new Example();
    const till = new Pods(example, 'till', { web: 8080 });
    till.connectsOutside('mail', { networks: ['192.0.2.0/24', '198.51.100.0/24'], ports: [587] });
    expect(spec(example, 'example-till-outside-mail').egress).toEqual([
      {
        to: [{ ipBlock: { cidr: '192.0.2.0/24' } }, { ipBlock: { cidr: '198.51.100.0/24' } }],
        ports: [{ port: 587, protocol: 'TCP' }],
      },
    ]);
    expect(spec(example, 'example-till-to-dns').policyTypes).toEqual(['Egress']);
  });

  it('may have any name, and each once', () => {
    const example = new Example();
    const till = new Pods(example, 'till', { web: 8080 });
    const external = { networks: ['192.0.2.0/24'], ports: [587] };
    till.connectsOutside('to-dns', external);
    expect(spec(example, 'example-till-to-dns').egress![0]!.ports).toHaveLength(2);
    expect(() => till.connectsOutside('to-dns', external)).toThrow(
      'example-till calls "to-dns" outside of the platform twice. Say all of its networks and ports at once, or give one another name.',
    );
  });
});

it('Pods that gossip hear each other by UDP, and nobody else', () => {
  const example = new Example();
  new Pods(example, 'till', { gossip: 9094 }).gossips('gossip');
  const ports = [{ port: 9094, protocol: 'UDP' }];
  expect(spec(example, 'example-till-to-example-till-gossip-udp').egress).toEqual([
    { to: [pods('example-till')], ports },
  ]);
  expect(spec(example, 'example-till-gossip-udp').ingress).toEqual([{ from: [pods('example-till')], ports }]);
});
