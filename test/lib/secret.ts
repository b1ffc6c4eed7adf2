import { RequiredSecret } from '../../lib/secret';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';

describe('A required Secret', () => {
  it('is no object: somebody else makes it', () => {
    const example = new Example();
    new RequiredSecret(example, 'login', { password: 'what to type' });
    expect(example.manifests.objects).toEqual([]);
  });

  it('says which keys it has when asked for another', () => {
    const secret = new RequiredSecret(new Example(), 'login', { user: '', password: '' });
    expect(secret.key('user')).toMatchObject({ secret, key: 'user' });
    expect(() => secret.key('name')).toThrow('Secret login has no key name; it has user, password');
  });

  it('knows who reads each key, from an environment and from a file, and each once', () => {
    const example = new Example();
    const secret = new RequiredSecret(example, 'login', { password: '', unread: '' });
    const key = secret.key('password');
    const pod = (id: string, change: object) =>
      new StatelessWorkload(example, id, { ...podProps(), env: {}, secretFiles: undefined, ...change });
    pod('by-env', { env: { PASSWORD: key } });
    pod('by-file', { secretFiles: { '/etc/login/password': key } });
    pod('by-both', { env: { PASSWORD: key }, secretFiles: { '/etc/login/password': key } });
    expect(secret.readersOf('password')).toEqual(['example-by-env', 'example-by-file', 'example-by-both']);
    expect(secret.readersOf('unread')).toEqual([]);
  });
});
