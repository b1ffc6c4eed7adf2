import { Component } from '../../lib/component';
import { Platform } from '../../lib/platform';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';

class Till extends Component {}

describe('A component', () => {
  it('gives everything in it the namespace and the labels of the platform', () => {
    const till = new Till(new Platform({ name: 'market', namespace: 'shop', spread: 'required' }), 'till', 'sales');
    new StatelessWorkload(till, 'default', podProps());
    const { apiObjects, namespace, labels } = till;
    const ofPlatform = { 'app.kubernetes.io/part-of': 'market', 'app.kubernetes.io/managed-by': 'cdk8s' };
    expect([namespace, labels]).toEqual(['shop', { 'app.kubernetes.io/name': 'till', ...ofPlatform }]);
    expect(apiObjects.map((each) => each.metadata.namespace)).toEqual(apiObjects.map(() => 'shop'));
  });

  it('gives names without hashes: its own to the main object, and a suffix to the others', () => {
    const example = new Example();
    new StatelessWorkload(example, 'default', podProps(example)).endpoint('web');
    new StatelessWorkload(example, 'second', { ...podProps(), rights: undefined });
    expect(example.manifests.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'PersistentVolumeClaim example-archive',
      'ServiceAccount example-archive-first-use-account',
      expect.stringMatching(/^Job example-archive-first-use-[0-9a-f]{8}$/),
      'NetworkPolicy example-to-api-server',
      'ServiceAccount example-account',
      'Role example-role',
      'RoleBinding example-rights',
      'ConfigMap example-files',
      'Deployment example',
      'Service example',
      'ServiceAccount example-second-account',
      'ConfigMap example-second-files',
      'Deployment example-second',
    ]);
  });
});
