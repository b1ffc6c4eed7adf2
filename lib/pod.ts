import { Lazy, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import * as k8s from '../imports/k8s';
import { type ContainerProps, container, type Resources } from './container';
import { type Content, contentHash, rendered } from './content';
import type { Metrics, NoMetrics } from './metrics';
import { mountFiles, mountScratch, mountSecretFiles, mountVolumeClaims } from './mounts';
import type { Platform } from './platform';
import { grant, type Right } from './rights';
import { SecretKey } from './secret';

/** A container beside the main one. */
export interface SidecarProps extends ContainerProps {
  /** Mount paths of the pod that it sees, and no others. @default - all of them */
  readonly mounts?: readonly string[];
}

/** The pod of a workload: its main container, which has the workload's name, and what stands around it. */
export interface PodProps extends ContainerProps {
  /** Number of the user and its group: names such as `appuser` fail `runAsNonRoot`. */
  readonly user: number;
  /** Containers that run once, in this order, before the others start; they see the same files. @default - none */
  readonly initContainers?: Record<string, ContainerProps>;
  /** Containers that run beside the main one and see the same files. @default - none */
  readonly sidecars?: Record<string, SidecarProps>;
  /**
   * Content of files by absolute path: texts, or what makes them at synth. Each directory is a ConfigMap, so those of
   * different directories count apart against its limit; none may be inside of another. @default - none
   */
  readonly files?: Record<string, Content>;
  /** Secret keys by absolute path; those of one Secret are in one directory. @default - none */
  readonly secretFiles?: Record<string, SecretKey>;
  /** Writable directories that end with the pod, and their size limit. @default - none: the root is read-only */
  readonly scratch?: Record<string, Size>;
  /** The same in memory, for what must not reach a disk. @default - none */
  readonly memoryScratch?: Record<string, Size>;
  /** Claims made for themselves, by mount path. @default - none */
  readonly volumeClaims?: Record<string, { readonly name: string }>;
  /** Where the pod tells its metrics, or why it has none. @default - nowhere */
  readonly metrics?: Metrics | NoMetrics;
  /** What it may ask the API server; with that it has a token, and the way there. @default - nothing: it has neither */
  readonly rights?: readonly Right[];
  /** Seconds from the request to stop until the containers are killed. */
  readonly graceSeconds: number;
}

/** What a pod has of its kind of workload. */
export interface PodExtras {
  /** Name of the main container, and of the reader of Secrets. */
  readonly name: string;
  /** Labels of the pod. */
  readonly labels: Record<string, string>;
  /** Mounts of claims that come with each pod. @default - none */
  readonly claimMounts?: k8s.VolumeMount[];
  /** `Never` for Jobs. @default Always */
  readonly restartPolicy?: string;
}

/**
 * What a pod asks for, as the scheduler and the quota count: the containers that run at the same time together, or a single
 * one of those before them, if that asks for more.
 */
export function podResources(props: PodProps): Resources {
  const running = [props, ...Object.values(props.sidecars ?? {})].map(({ resources }) => resources);
  const first = Object.values(props.initContainers ?? {}).map(({ resources }) => resources);
  const most = (amount: (resources: Resources) => number) =>
    Math.max(
      running.reduce((total, each) => total + amount(each), 0),
      ...first.map(amount),
    );
  return {
    cpu: most(({ cpu }) => cpu),
    memory: Size.mebibytes(most(({ memory }) => memory.toMebibytes())),
    memoryLimit: Size.mebibytes(most(({ memoryLimit }) => memoryLimit.toMebibytes())),
  };
}

/** @throws when it is to see a path at which nothing is mounted. */
function seenBy(name: string, { mounts }: SidecarProps, volumeMounts: k8s.VolumeMount[]): k8s.VolumeMount[] {
  if (!mounts) return volumeMounts;
  const paths = volumeMounts.map(({ mountPath }) => mountPath);
  const missing = mounts.filter((path) => !paths.includes(path));
  if (missing.length > 0) {
    const there = paths.length > 0 ? `there are ${paths.join(', ')}` : 'there is nothing';
    throw new Error(
      `${name} is to see ${missing.join(', ')} of the pod's mounts; ${there}. Name one of them, or mount it in the pod.`,
    );
  }
  return volumeMounts.filter(({ mountPath }) => mounts.includes(mountPath));
}

function annotations(main: string, files?: Record<string, string>, sidecars?: PodProps['sidecars']) {
  if (!files && !sidecars) return undefined;
  return {
    ...(files && { 'checksum/files': Lazy.any({ produce: () => contentHash(files).slice(0, 16) }) }),
    // `kubectl exec` and `kubectl logs` need not be told which.
    ...(sidecars && { 'kubectl.kubernetes.io/default-container': main }),
  };
}

/**
 * A pod under Pod Security `restricted` with a read-only root, its own ServiceAccount, a token only if it has rights,
 * its files mounted and their hash in the template.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function podTemplate(
  scope: Construct & { readonly platform: Platform },
  props: PodProps,
  extras: PodExtras,
): k8s.PodTemplateSpec {
  const serviceAccount = new k8s.KubeServiceAccount(scope, 'account', {
    automountServiceAccountToken: false,
    // Here and not in the pod's spec: a pod gets them when it is made, and no content hash changes with them.
    imagePullSecrets: scope.platform.props.imagePullSecrets?.map((name) => ({ name })),
  });
  if (props.rights?.length) grant(scope, serviceAccount.name, props.rights);
  const files =
    props.files && Object.fromEntries(Object.entries(props.files).map(([path, content]) => [path, rendered(content)]));
  const mounted = [
    ...mountFiles(scope, files ?? {}),
    ...mountSecretFiles(props.secretFiles ?? {}),
    ...mountVolumeClaims(props.volumeClaims ?? {}),
    ...mountScratch(props.scratch ?? {}),
    ...mountScratch(props.memoryScratch ?? {}, 'Memory'),
  ];
  const containers = [props, ...Object.values(props.sidecars ?? {}), ...Object.values(props.initContainers ?? {})];
  const read = [...containers.map(({ env }) => env ?? {}), props.secretFiles ?? {}].flatMap(Object.values);
  for (const value of read) if (value instanceof SecretKey) value.secret.addReader(value.key, extras.name);
  const volumeMounts = [...(extras.claimMounts ?? []), ...mounted.map(({ mount }) => mount)];
  const beside = (containers: Record<string, SidecarProps>) =>
    Object.entries(containers).map(([name, each]) => container(name, each, seenBy(name, each, volumeMounts)));
  return {
    metadata: { labels: extras.labels, annotations: annotations(extras.name, files, props.sidecars) },
    spec: {
      serviceAccountName: serviceAccount.name,
      automountServiceAccountToken: Boolean(props.rights?.length),
      // A Service named `till` would inject TILL_PORT, which a program may take for its own setting.
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
      initContainers: props.initContainers && beside(props.initContainers),
      containers: [container(extras.name, props, volumeMounts), ...beside(props.sidecars ?? {})],
      volumes: mounted.map(({ volume }) => volume),
    },
  };
}
