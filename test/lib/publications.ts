import type { LoadBalancer } from '../../lib/outside';
import { Example, hostPort, Pods } from '../example';

const spec = (example: Example, name: string) => example.manifests.find('NetworkPolicy', name).spec;
/** Who may send to the port 8080 of the example. */
const web = (from: object[]) => ({
  podSelector: { matchLabels: { 'app.kubernetes.io/name': 'example' } },
  policyTypes: ['Ingress'],
  ingress: [{ from, ports: [{ port: 8080, protocol: 'TCP' }] }],
});

describe('publish', () => {
  const example = new Example();
  const shop = new Pods(example, 'default', { web: 8080, tls: 8443 });
  shop.publish('web', 'the shop', hostPort);

  it('gives the port a port of the node, and a title for people', () => {
    expect(example.manifests.find('Service', 'example-external').spec).toEqual({
      type: 'NodePort',
      selector: { 'app.kubernetes.io/name': 'example' },
      ports: [{ name: 'web', port: 8080, targetPort: 'web', nodePort: 30000 }],
    });
    expect(shop.publications).toEqual([{ ...hostPort, port: 'web', title: 'the shop', service: 'example-external' }]);
  });

  it('lets in whatever is no pod', () => {
    expect(example.policies).toEqual(['example-web-from-host']);
    expect(spec(example, 'example-web-from-host')).toEqual(
      web([{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.1.0.0/16'] } }]),
    );
  });
});

it('A second port is published by a Service of its own', () => {
  const example = new Example();
  const shop = new Pods(example, 'default', { web: 8080, tls: 8443 });
  shop.publish('web', 'the shop', hostPort);
  shop.publish('tls', 'the shop, in private', { ...hostPort, hostPort: 8001, nodePort: 30001 });
  expect(shop.publications.map(({ service }) => service)).toEqual(['example-external', 'example-tls-external']);
  expect(example.policies).toEqual(['example-tls-from-host', 'example-web-from-host']);
});

describe('balance', () => {
  const example = new Example();
  const balancer: LoadBalancer = { ports: { web: 80, tls: 443 }, clients: ['203.0.113.0/24', '198.51.100.7/32'] };
  const shop = new Pods(example, 'default', { web: 8080, tls: 8443, admin: 9999 });
  shop.balance(balancer);

  it('puts a load balancer before the ports, which keeps the addresses of clients', () => {
    expect(example.manifests.find('Service', 'example-public').spec).toEqual({
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      loadBalancerSourceRanges: balancer.clients,
      selector: { 'app.kubernetes.io/name': 'example' },
      ports: [
        { name: 'web', port: 80, targetPort: 'web' },
        { name: 'tls', port: 443, targetPort: 'tls' },
      ],
    });
    expect(shop.loadBalancers).toEqual([balancer]);
  });

  it('lets in the clients at these ports', () => {
    expect(example.policies).toEqual(['example-tls-from-clients', 'example-web-from-clients']);
    expect(spec(example, 'example-web-from-clients')).toEqual(
      web(balancer.clients.map((cidr) => ({ ipBlock: { cidr } }))),
    );
  });
});
