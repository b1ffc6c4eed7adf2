import { Size, Yaml } from 'cdk8s';
import { type PodExtras, type PodProps, podResources, podTemplate } from '../../lib/pod';
import { RequiredSecret } from '../../lib/secret';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';
import type { Container, PodTemplate } from '../kubernetes';
import { plainText } from '../manifests';

expect.addSnapshotSerializer(plainText);

/** The template of a Deployment with these props, as the API server gets it. */
function template(change: Partial<PodProps> = {}): PodTemplate {
  const example = new Example();
  new StatelessWorkload(example, 'default', { ...podProps(example), ...change });
  return example.manifests.find('Deployment', 'example').spec.template;
}

const container = (change: Partial<PodProps> = {}) => template(change).spec.containers[0] as Container;
const checksum = (files: Record<string, string>) => template({ files }).metadata.annotations?.['checksum/files'];

describe('A pod', () => {
  it('has every prop where Kubernetes looks for it, and what all pods have', () => {
    expect(Yaml.stringify(template())).toMatchInlineSnapshot(`
metadata:
  annotations:
    checksum/files: ef0293e6968fb8bb
    kubectl.kubernetes.io/default-container: example
  labels:
    app.kubernetes.io/component: sales
    app.kubernetes.io/managed-by: cdk8s
    app.kubernetes.io/name: example
    app.kubernetes.io/part-of: shop
    app.kubernetes.io/version: 1.2.3
spec:
  automountServiceAccountToken: false
  containers:
    - command:
        - till
        - --open
      env:
        - name: MODE
          value: fast
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              key: password
              name: login
        - name: IP
          valueFrom:
            fieldRef:
              fieldPath: status.podIP
      image: registry.example/shop/till:1.2.3
      imagePullPolicy: IfNotPresent
      lifecycle:
        preStop:
          exec:
            command:
              - till
              - --close
      livenessProbe:
        exec:
          command:
            - till
            - --alive
      name: example
      ports:
        - containerPort: 8080
          name: web
        - containerPort: 9100
          name: metrics
      readinessProbe:
        httpGet:
          path: /ready
          port: web
      resources:
        limits:
          memory: 1Gi
        requests:
          cpu: 250m
          memory: 64Mi
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
            - ALL
        readOnlyRootFilesystem: true
      startupProbe:
        tcpSocket:
          port: web
      terminationMessagePolicy: File
      volumeMounts:
        - mountPath: /etc/till
          name: files
          readOnly: true
        - mountPath: /etc/till-tls
          name: secret-login
          readOnly: true
        - mountPath: /archive
          name: example-archive
        - mountPath: /tmp
          name: scratch-tmp
        - mountPath: /var/run/till
          name: scratch-var-run-till
        - mountPath: /run/keys
          name: scratch-run-keys
    - command:
        - watch
      env:
        - name: KEY
          valueFrom:
            secretKeyRef:
              key: ca.crt
              name: login
      image: guard:2
      imagePullPolicy: IfNotPresent
      name: guard
      resources:
        limits:
          memory: 32Mi
        requests:
          cpu: 5m
          memory: 16Mi
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
            - ALL
        readOnlyRootFilesystem: true
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
        - mountPath: /etc/till
          name: files
          readOnly: true
        - mountPath: /etc/till-tls
          name: secret-login
          readOnly: true
        - mountPath: /archive
          name: example-archive
        - mountPath: /tmp
          name: scratch-tmp
        - mountPath: /var/run/till
          name: scratch-var-run-till
        - mountPath: /run/keys
          name: scratch-run-keys
  enableServiceLinks: false
  initContainers:
    - command:
        - sweep
      image: broom:1
      imagePullPolicy: IfNotPresent
      name: sweep
      resources:
        limits:
          memory: 32Mi
        requests:
          cpu: 5m
          memory: 16Mi
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
            - ALL
        readOnlyRootFilesystem: true
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
        - mountPath: /etc/till
          name: files
          readOnly: true
        - mountPath: /etc/till-tls
          name: secret-login
          readOnly: true
        - mountPath: /archive
          name: example-archive
        - mountPath: /tmp
          name: scratch-tmp
        - mountPath: /var/run/till
          name: scratch-var-run-till
        - mountPath: /run/keys
          name: scratch-run-keys
  securityContext:
    fsGroup: 1234
    fsGroupChangePolicy: OnRootMismatch
    runAsGroup: 1234
    runAsNonRoot: true
    runAsUser: 1234
    seccompProfile:
      type: RuntimeDefault
  serviceAccountName: example-account
  terminationGracePeriodSeconds: 45
  volumes:
    - configMap:
        name: example-files
      name: files
    - name: secret-login
      secret:
        items:
          - key: ca.crt
            path: ca.pem
        secretName: login
    - name: example-archive
      persistentVolumeClaim:
        claimName: example-archive
    - emptyDir:
        sizeLimit: 8Mi
      name: scratch-tmp
    - emptyDir:
        sizeLimit: 1Gi
      name: scratch-var-run-till
    - emptyDir:
        medium: Memory
        sizeLimit: 1Mi
      name: scratch-run-keys

`);
  });

  it('of which little is said has no volumes, environment or probes', () => {
    const {
      env,
      ports,
      files,
      secretFiles,
      scratch,
      memoryScratch,
      volumeClaims,
      probes,
      command,
      preStop,
      terminationMessagePolicy,
      metrics,
      initContainers,
      sidecars,
      ...required
    } = podProps();
    const example = new Example();
    new StatelessWorkload(example, 'default', required);
    const { metadata, spec } = example.manifests.find('Deployment', 'example').spec.template;
    expect(metadata.annotations).toBeUndefined();
    expect(spec.volumes ?? []).toEqual([]);
    const [only] = spec.containers;
    expect(only).not.toHaveProperty('lifecycle');
    expect(only).not.toHaveProperty('command');
    expect(only).toHaveProperty('terminationMessagePolicy', 'FallbackToLogsOnError');
    expect(Object.keys(only!).filter((key) => key.endsWith('Probe'))).toEqual([]);
    expect([only!.env, only!.ports, only!.volumeMounts].map((list) => list ?? [])).toEqual([[], [], []]);
  });

  it('takes what its kind of workload adds', () => {
    const extras: Required<PodExtras> = {
      name: 'till',
      labels: { a: 'b' },
      claimMounts: [{ name: 'data', mountPath: '/data' }],
      restartPolicy: 'Never',
    };
    const { metadata, spec } = podTemplate(new Example(), podProps(), extras);
    expect(metadata?.labels).toEqual(extras.labels);
    expect(spec).toMatchObject({ restartPolicy: 'Never' });
    expect(spec?.containers[0]).toMatchObject({
      name: 'till',
      volumeMounts: expect.arrayContaining(extras.claimMounts),
    });
  });
});

it('A sidecar that is to see some of the files sees those alone', () => {
  const guard = podProps().sidecars['guard']!;
  const seen = (mounts: string[]) =>
    template({ sidecars: { guard: { ...guard, mounts } } }).spec!.containers[1]!.volumeMounts;
  expect(seen(['/tmp'])).toEqual([{ name: 'scratch-tmp', mountPath: '/tmp' }]);
  expect(seen([])).toBeUndefined();
  expect(() => seen(['/nowhere'])).toThrow('guard is to see /nowhere; there are /etc/till, /etc/till-tls');
});

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

  it('are in one directory, as they are mounted as one', () => {
    const apart = { '/etc/till/a': '', '/etc/shop/b': '' };
    expect(() => template({ files: apart })).toThrow(
      'files of one pod must be in one directory, got /etc/till and /etc/shop',
    );
    const secret = new RequiredSecret(new Example(), 'login', { a: '', b: '' });
    const secretFiles = { '/etc/till/a': secret.key('a'), '/etc/shop/b': secret.key('b') };
    expect(() => template({ secretFiles })).toThrow('files of one pod must be in one directory');
  });

  it('of several Secrets are in a directory for each, as they are mounted one by one', () => {
    const example = new Example();
    const [one, other] = ['one', 'other'].map((name) => new RequiredSecret(example, name, { key: '' }));
    const { spec } = template({ secretFiles: { '/etc/one/a': one!.key('key'), '/etc/other/b': other!.key('key') } });
    const mounts = spec!.containers[0]!.volumeMounts!.map(({ name, mountPath }) => `${name} ${mountPath}`);
    expect(mounts).toEqual(expect.arrayContaining(['secret-one /etc/one', 'secret-other /etc/other']));
  });
});

describe('Resources', () => {
  it('are requests of CPU and memory, and a limit of memory alone', () => {
    const { resources } = container({
      resources: { cpu: 1500, memory: Size.gibibytes(2), memoryLimit: Size.gibibytes(3) },
    });
    expect(resources).toEqual({ requests: { cpu: '1500m', memory: '2Gi' }, limits: { memory: '3Gi' } });
  });

  it('of a pod are those of the containers that run at the same time', () => {
    const { cpu, memory, memoryLimit } = podResources(podProps());
    expect([cpu, memory.toMebibytes(), memoryLimit.toMebibytes()]).toEqual([255, 80, 1056]);
  });
});
