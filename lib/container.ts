import type { Size } from 'cdk8s';
import * as k8s from '../imports/k8s';
import type { SecretKey } from './secret';

/** What a container asks for and may use. There is no CPU limit: what is throttled misses its peers' deadlines. */
export interface Resources {
  /** CPU request, in thousandths of a core. */
  readonly cpu: number;
  /** Memory request. */
  readonly memory: Size;
  /** Memory limit. */
  readonly memoryLimit: Size;
}

/**
 * How the kubelet asks a container how it is.
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export interface Probes {
  /** Holds the other two back until the process has started. @default - none */
  readonly startup?: k8s.Probe;
  /** Whether traffic may come; also what a disruption budget counts. @default - ready as soon as it runs */
  readonly readiness?: k8s.Probe;
  /** Whether a restart would help. Must not depend on other components. */
  readonly liveness: k8s.Probe;
}

/** What only the running pod knows of itself, as a value of its env. */
export class PodField {
  static readonly NAME = new PodField('metadata.name');
  static readonly IP = new PodField('status.podIP');
  static readonly NODE = new PodField('spec.nodeName');

  private constructor(readonly path: string) {}
}

/** A literal value, a key of a required Secret, or what the pod knows of itself. */
export type EnvValue = string | SecretKey | PodField;

/** One container: what it runs, needs and tells. */
export interface ContainerProps {
  /** Image reference with a tag, for example `registry.example/shop/till:1.2.3`. */
  readonly image: string;
  /** What runs in place of the image's entrypoint, word by word. @default - the image's own */
  readonly command?: string[];
  /** Environment by name. A command may use a value as `$(NAME)`. @default - none */
  readonly env?: Record<string, EnvValue>;
  /** Container ports by name. @default - none */
  readonly ports?: Record<string, number>;
  /** CPU in thousandths of a core, memory as sizes. */
  readonly resources: Resources;
  /** When it has started, is ready, and must be restarted. @default - none, for Jobs */
  readonly probes?: Probes;
  /**
   * Command that runs before the container is told to stop. @default - none
   * @see https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
   */
  readonly preStop?: string[];
  /**
   * Source of the last words of a container in `kubectl describe`. `File` for one whose log could hold a secret: then
   * they are what it writes to /dev/termination-log. @default FallbackToLogsOnError
   */
  readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError';
}

/** An amount of memory or storage as Kubernetes stores it, or every apply would change it: 1Gi, not 1024Mi. */
export function quantity(size: Size): k8s.Quantity {
  const mebibytes = size.toMebibytes();
  const gibibytes = mebibytes / 1024;
  return k8s.Quantity.fromString(Number.isInteger(gibibytes) ? inTebibytes(gibibytes) : `${mebibytes}Mi`);
}
const inTebibytes = (gibibytes: number) => (gibibytes % 1024 === 0 ? `${gibibytes / 1024}Ti` : `${gibibytes}Gi`);

/** Thousandths of a core as Kubernetes stores them: 2, not 2000m. */
export const cpuQuantity = (millis: number) =>
  k8s.Quantity.fromString(millis % 1000 === 0 ? `${millis / 1000}` : `${millis}m`);

function envVar(name: string, value: EnvValue): k8s.EnvVar {
  if (typeof value === 'string') return { name, value };
  if (value instanceof PodField) return { name, valueFrom: { fieldRef: { fieldPath: value.path } } };
  return { name, valueFrom: { secretKeyRef: { name: value.secret.name, key: value.key } } };
}

/** A container under Pod Security `restricted`, with a read-only root. */
export function container(name: string, props: ContainerProps, volumeMounts: k8s.VolumeMount[]): k8s.Container {
  const { startup, readiness, liveness } = props.probes ?? {};
  return {
    name,
    image: props.image,
    imagePullPolicy: 'IfNotPresent',
    command: props.command,
    env: props.env && Object.entries(props.env).map(([key, value]) => envVar(key, value)),
    ports: props.ports && Object.entries(props.ports).map(([port, containerPort]) => ({ name: port, containerPort })),
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
    terminationMessagePolicy: props.terminationMessagePolicy ?? 'FallbackToLogsOnError',
    volumeMounts,
  };
}
