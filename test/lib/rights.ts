import { StatelessWorkload, type StatelessWorkloadProps } from '../../lib/stateless-workload';
import { Example, podProps, shop } from '../example';

function made(example: Example, change: Partial<StatelessWorkloadProps> = {}) {
  new StatelessWorkload(example, 'default', { ...podProps(example), ...change });
  return example.manifests;
}

describe('A pod with rights', () => {
  const manifests = made(new Example());

  it('has a token, which others with its ServiceAccount have not', () => {
    const { spec } = manifests.find('Deployment', 'example').spec.template;
    expect([spec.serviceAccountName, spec.automountServiceAccountToken]).toEqual(['example-account', true]);
    expect(manifests.find('ServiceAccount', 'example-account')).toMatchObject({ automountServiceAccountToken: false });
  });

  it('may do in its own namespace what was asked for, and nothing else', () => {
    expect(manifests.find('Role', 'example-role').rules).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
    expect(manifests.find('RoleBinding', 'example-rights')).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'example-role' },
      subjects: [{ kind: 'ServiceAccount', name: 'example-account', namespace: 'shop' }],
    });
  });

  it('reaches the API server, whose address it is told, and needs no names', () => {
    const { egress } = manifests.find('NetworkPolicy', 'example-to-api-server').spec;
    const [to, ports] = [
      [{ ipBlock: { cidr: '10.2.0.0/24' } }],
      [6443, 443].map((port) => ({ port, protocol: 'TCP' })),
    ];
    expect(egress).toEqual([{ to, ports }]);
    expect(manifests.ofKind('NetworkPolicy')).toHaveLength(1);
  });

  it('is refused on a platform that does not say where the API server is', () => {
    const example = new Example(shop({ apiServer: undefined }));
    made(example);
    expect(example.node.findAll().flatMap(({ node }) => node.validate())).toEqual([
      'example asks the API server, but the platform has no apiServer to let it get there. Set it.',
    ]);
  });
});

it.each([undefined, []])('A pod without rights has no token, no Role and no way to the API server', (rights) => {
  const example = new Example();
  const manifests = made(example, { rights });
  expect(manifests.find('Deployment', 'example').spec.template.spec.automountServiceAccountToken).toBe(false);
  expect([...manifests.ofKind('Role'), ...manifests.ofKind('RoleBinding'), ...example.policies]).toEqual([]);
});
