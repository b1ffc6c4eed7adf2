import type { PodProps } from '../../lib/pod';
import { RequiredSecret } from '../../lib/secret';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';

/** The template of a Deployment with these files, as the API server gets it. */
function template(change: Pick<PodProps, 'files' | 'secretFiles'>) {
  const example = new Example();
  new StatelessWorkload(example, 'default', { ...podProps(example), ...change });
  return example.manifests.find('Deployment', 'example').spec.template;
}

const checksum = (files: Record<string, string>) => template({ files }).metadata.annotations?.['checksum/files'];

describe('Files', () => {
  const files = { '/etc/till/a': '1\n', '/etc/till/b': '2\n' };

  it('are a ConfigMap with a name that stays when they change', () => {
    const example = new Example();
    new StatelessWorkload(example, 'default', { ...podProps(), files });
    expect(example.manifests.find('ConfigMap', 'example-files').data).toEqual({ a: '1\n', b: '2\n' });
  });

  it('change the template when one of them changes, is added, renamed or taken away', () => {
    const versions: Record<string, string>[] = [
      files,
      { ...files, '/etc/till/b': '3\n' },
      { ...files, '/etc/till/c': '' },
      { '/etc/till/a': '1\n', '/etc/till/B': '2\n' },
      { '/etc/till/a': '1\n' },
    ];
    const all = versions.map(checksum);
    expect(new Set(all).size).toBe(all.length);
    expect(checksum({ ...files })).toBe(all[0]);
  });

  it('are a ConfigMap for each directory, mounted one by one', () => {
    const example = new Example();
    const apart = { '/etc/till/a': '1\n', '/etc/shop/b': '2\n', '/etc/till/c': '3\n' };
    new StatelessWorkload(example, 'default', { ...podProps(), files: apart });
    const { spec } = example.manifests.find('Deployment', 'example').spec.template;
    expect(spec.containers[0]!.volumeMounts!.slice(0, 2)).toEqual([
      { name: 'files', mountPath: '/etc/till', readOnly: true },
      { name: 'files-shop', mountPath: '/etc/shop', readOnly: true },
    ]);
    expect(example.manifests.find('ConfigMap', 'example-files').data).toEqual({ a: '1\n', c: '3\n' });
    expect(example.manifests.find('ConfigMap', 'example-files-shop').data).toEqual({ b: '2\n' });
  });

  it('are in volumes with names that Kubernetes takes, each its own', () => {
    const directories = ['/etc/till', '/etc/conf.d', '/etc/Foo_bar', '/p/conf', '/q/conf', '/etc/till_'];
    const apart = Object.fromEntries(directories.map((directory) => [`${directory}/a`, '']));
    expect(
      template({ files: apart })
        .spec.volumes!.slice(0, 6)
        .map(({ name }) => name),
    ).toEqual([...['files', 'files-conf-d', 'files-foo-bar', 'files-p-conf', 'files-q-conf', 'files-till']]);
    expect(() => template({ files: { '/a/a': '', '/x/b_c/a': '', '/x/b/c/a': '', '/y/b.c/a': '' } })).not.toThrow();
    expect(() => template({ files: { '/a/a': '', '/x/b_c/a': '', '/x/b.c/a': '' } })).toThrow(
      '/x/b_c and /x/b.c would both be the volume files-x-b-c: name one of them otherwise',
    );
  });

  it('are in no directory inside of another, which is read-only', () => {
    const nested = { '/etc/till/a': '', '/etc/till/more/b': '' };
    expect(() => template({ files: nested })).toThrow(
      'files of /etc/till and of a directory inside of it: the inner one cannot be mounted',
    );
  });

  it('of a Secret are in one directory, as they are mounted as one', () => {
    const secret = new RequiredSecret(new Example(), 'login', { a: '', b: '' });
    const secretFiles = { '/etc/till/a': secret.key('a'), '/etc/shop/b': secret.key('b') };
    expect(() => template({ secretFiles })).toThrow(
      'files of one Secret must be in one directory, got /etc/till and /etc/shop',
    );
  });

  it('of several Secrets are in a directory for each, as they are mounted one by one', () => {
    const example = new Example();
    const [one, other] = ['one', 'other'].map((name) => new RequiredSecret(example, name, { key: '' }));
    const { spec } = template({ secretFiles: { '/etc/one/a': one!.key('key'), '/etc/other/b': other!.key('key') } });
    const mounts = spec!.containers[0]!.volumeMounts!.map(({ name, mountPath }) => `${name} ${mountPath}`);
    expect(mounts).toEqual(expect.arrayContaining(['secret-one /etc/one', 'secret-other /etc/other']));
  });
});
