import { Yaml } from 'cdk8s';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';
import type { Container, PodTemplate } from '../kubernetes';
import { plainText } from '../manifests';

expect.addSnapshotSerializer(plainText);

/** As the API server gets it. */
function template(): PodTemplate {
  const example = new Example();
  new StatelessWorkload(example, 'default', podProps(example));
  return example.manifests.find('Deployment', 'example').spec.template;
}

/** Without what all containers of a pod have, or have alike. */
const own = ({ imagePullPolicy, resources, securityContext, volumeMounts, ...rest }: Container) => rest;

describe('A pod', () => {
  it('has every prop where Kubernetes looks for it, and what all pods have', () => {
    const { metadata, spec } = template();
    const [initContainers, containers] = [spec.initContainers!, spec.containers].map((each) => each.map(own));
    expect(Yaml.stringify({ metadata, spec: { ...spec, initContainers, containers } })).toMatchInlineSnapshot(`
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
  automountServiceAccountToken: true
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
      startupProbe:
        tcpSocket:
          port: web
      terminationMessagePolicy: File
    - command:
        - watch
      env:
        - name: KEY
          valueFrom:
            secretKeyRef:
              key: ca.crt
              name: login
      image: guard:2
      name: guard
      terminationMessagePolicy: FallbackToLogsOnError
  enableServiceLinks: false
  initContainers:
    - command:
        - sweep
      image: broom:1
      name: sweep
      terminationMessagePolicy: FallbackToLogsOnError
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

  it('gives every container all mounts, and lets none gain a privilege or write to its image', () => {
    const { initContainers, containers } = template().spec;
    const all = [...initContainers!, ...containers];
    const [first, ...others] = all.map(({ imagePullPolicy, securityContext, volumeMounts }) => ({
      imagePullPolicy,
      securityContext,
      volumeMounts,
    }));
    expect(others).toEqual([first, first]);
    expect(Yaml.stringify(first)).toMatchInlineSnapshot(`
imagePullPolicy: IfNotPresent
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop:
      - ALL
  readOnlyRootFilesystem: true
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

`);
  });

  it('gives every container its own resources', () => {
    const { initContainers, containers } = template().spec;
    const little = { requests: { cpu: '5m', memory: '16Mi' }, limits: { memory: '32Mi' } };
    expect([...initContainers!, ...containers].map(({ name, resources }) => [name, resources])).toEqual([
      ['sweep', little],
      ['example', { requests: { cpu: '250m', memory: '64Mi' }, limits: { memory: '1Gi' } }],
      ['guard', little],
    ]);
  });
});
