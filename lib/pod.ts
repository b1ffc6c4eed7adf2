import { basename, dirname } from 'node:path';
import type { Size } from 'cdk8s';
import { ConfigMap, ServiceAccount } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import * as k8s from '../imports/k8s';
import { contentHash } from './native-file';
import { SecretKey } from './secret';

/** What a container asks for and may use. There is no CPU limit: throttled brokers fall out of sync. */
export interface Resources {
  /** CPU request, in thousandths of a core. */
  readonly cpu: number;
  /** Memory request. */
  readonly memory: Size;
  /** Memory limit. */
  readonly memoryLimit: Size;
}

export interface Probes {
  /** Holds the other two back until the process has started. */
  readonly startup?: k8s.Probe;
  /** Whether traffic may come; also what a disruption budget counts. */
  readonly readiness: k8s.Probe;
  /** Whether a restart would help. Must not depend on other components. */
  readonly liveness: k8s.Probe;
}

/** One container and its pod. Everything that all pods share is added by {@link podTemplate}. */
export interface PodProps {
  /** Image reference, from config/images.ts. */
  readonly image: string;
  /** What the pod does in the platform, for the label `app.kubernetes.io/component`. */
  readonly component: string;
  /** Numeric user and group: names such as `appuser` fail `runAsNonRoot`. */
  readonly user: number;
  readonly command: string[];
  /** Environment: literal values, or keys of required Secrets. @default - none */
  readonly env?: Record<string, string | SecretKey>;
  /** Container ports by name. @default - none */
  readonly ports?: Record<string, number>;
  /** Content of files by absolute path, all in one directory. @default - none */
  readonly files?: Record<string, string>;
  /** Secret keys by absolute path, all of one Secret and in one directory. @default - none */
  readonly secretFiles?: Record<string, SecretKey>;
  /** Writable directories that end with the pod, and their size limit. @default - none: the root is read-only */
  readonly scratch?: Record<string, Size>;
  readonly resources: Resources;
  /** @default - none, for Jobs */
  readonly probes?: Probes;
  /** Command that runs before the container is told to stop. @default - none */
  readonly preStop?: string[];
  /** Seconds from the request to stop until the container is killed. */
  readonly graceSeconds: number;
}

export interface PodExtras {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** @default - none */
  readonly claimMounts?: k8s.VolumeMount[];
  /** @default Always */
  readonly restartPolicy?: string;
  /** @default - none */
  readonly placement?: Pick<k8s.PodSpec, 'affinity' | 'topologySpreadConstraints'>;
}

/** An amount of memory or storage as Kubernetes takes it. */
export const quantity = (size: Size) => k8s.Quantity.fromString(size.asString());

/** Thousandths of a core as Kubernetes takes them. */
export const cpuQuantity = (millis: number) => k8s.Quantity.fromString(`${millis}m`);

/** The directory that all paths share. @throws when they do not share one. */
function commonDirectory(paths: string[]): string {
  const directories = [...new Set(paths.map(dirname))];
  if (directories.length !== 1) {
    throw new Error(`files of one pod must be in one directory, got ${directories.join(' and ')}`);
  }
  return directories[0]!;
}

function envVar(name: string, value: string | SecretKey): k8s.EnvVar {
  if (typeof value === 'string') return { name, value };
  return { name, valueFrom: { secretKeyRef: { name: value.secret.name, key: value.key } } };
}

interface Mounted {
  readonly volume: k8s.Volume;
  readonly mount: k8s.VolumeMount;
}

function mountFiles(scope: Construct, files: Record<string, string>): Mounted {
  // A stable name, mounted as a directory: a container that crashes on a bad file sees the mended one
  // when it starts again. A hash in the name would tie the pod to the bad one until somebody deletes it.
  const data = Object.fromEntries(Object.entries(files).map(([path, text]) => [basename(path), text]));
  const configMap = new ConfigMap(scope, 'files', { data });
  return {
    volume: { name: 'files', configMap: { name: configMap.name } },
    mount: { name: 'files', mountPath: commonDirectory(Object.keys(files)), readOnly: true },
  };
}

/** @throws when the keys are of more than one Secret. */
function mountSecretFiles(secretFiles: Record<string, SecretKey>): Mounted {
  const [secretName, ...others] = new Set(Object.values(secretFiles).map(({ secret }) => secret.name));
  if (others.length > 0) {
    throw new Error(`secret files of one pod must be of one Secret, got ${[secretName, ...others].join(' and ')}`);
  }
  const items = Object.entries(secretFiles).map(([path, { key }]) => ({ key, path: basename(path) }));
  return {
    volume: { name: 'secret-files', secret: { secretName, items } },
    mount: { name: 'secret-files', mountPath: commonDirectory(Object.keys(secretFiles)), readOnly: true },
  };
}

function mountScratch(scratch: Record<string, Size>): Mounted[] {
  return Object.entries(scratch).map(([mountPath, size]) => {
    const name = `scratch${mountPath.replaceAll('/', '-')}`;
    return { volume: { name, emptyDir: { sizeLimit: quantity(size) } }, mount: { name, mountPath } };
  });
}

/**
 * A pod under Pod Security `restricted` with a read-only root, its own ServiceAccount without a token,
 * its files mounted and their hash in the template.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function podTemplate(scope: Construct, props: PodProps, extras: PodExtras): k8s.PodTemplateSpec {
  const serviceAccount = new ServiceAccount(scope, 'account', { automountToken: false });
  const mounted = [
    ...(props.files ? [mountFiles(scope, props.files)] : []),
    ...(props.secretFiles ? [mountSecretFiles(props.secretFiles)] : []),
    ...mountScratch(props.scratch ?? {}),
  ];
  for (const value of [...Object.values(props.env ?? {}), ...Object.values(props.secretFiles ?? {})]) {
    if (value instanceof SecretKey) value.secret.readers.add(extras.name);
  }
  const { startup, readiness, liveness } = props.probes ?? {};
  return {
    metadata: {
      labels: extras.labels,
      annotations: props.files ? { 'checksum/files': contentHash(props.files).slice(0, 16) } : undefined,
    },
    spec: {
      serviceAccountName: serviceAccount.name,
      automountServiceAccountToken: false,
      // A Service named `kafka` would inject KAFKA_PORT, which the image's entrypoint refuses.
      enableServiceLinks: false,
      restartPolicy: extras.restartPolicy,
      terminationGracePeriodSeconds: props.graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: props.user,
        runAsGroup: props.user,
        fsGroup: props.user,
        // `Always` would change the owner of terabytes at every start.
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...extras.placement,
      containers: [
        {
          name: extras.name,
          image: props.image,
          imagePullPolicy: 'IfNotPresent',
          command: props.command,
          env: props.env && Object.entries(props.env).map(([name, value]) => envVar(name, value)),
          ports: props.ports && Object.entries(props.ports).map(([name, containerPort]) => ({ name, containerPort })),
          resources: {
            requests: { cpu: cpuQuantity(props.resources.cpu), memory: quantity(props.resources.memory) },
            limits: { memory: quantity(props.resources.memoryLimit) },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          startupProbe: startup,
          readinessProbe: readiness,
          livenessProbe: liveness,
          lifecycle: props.preStop ? { preStop: { exec: { command: props.preStop } } } : undefined,
          // The last words of a crash in `kubectl describe`, where nothing was written to the message file.
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts: [...(extras.claimMounts ?? []), ...mounted.map(({ mount }) => mount)],
        },
      ],
      volumes: mounted.map(({ volume }) => volume),
    },
  };
}
