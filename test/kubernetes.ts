/** The fields that tests read, spelt as the API server gets them. What is legal is the schema's business, not theirs. */
export interface Manifest<Spec = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec: Spec;
  readonly data?: Record<string, string>;
  readonly automountServiceAccountToken?: boolean;
  readonly rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  readonly roleRef?: { kind: string; name: string };
  readonly subjects?: { kind: string; name: string; namespace: string }[];
  readonly imagePullSecrets?: { name: string }[];
}

export type Labels = Record<string, string>;

export interface Selector {
  readonly matchLabels?: Labels;
}

export interface Specs {
  ConfigMap: undefined;
  CronJob: { schedule: string; suspend: boolean; jobTemplate: { spec: { template: PodTemplate } } };
  Deployment: WorkloadSpec;
  HorizontalPodAutoscaler: {
    scaleTargetRef: { kind: string; name: string };
    minReplicas: number;
    maxReplicas: number;
  };
  Job: { template: PodTemplate };
  NetworkPolicy: {
    podSelector: Selector;
    policyTypes: string[];
    ingress?: { from: Peer[]; ports: PolicyPort[] }[];
    egress?: { to: Peer[]; ports: PolicyPort[] }[];
  };
  PersistentVolumeClaim: { resources: { requests: { storage: string } } };
  Role: undefined;
  RoleBinding: undefined;
  Secret: undefined;
  Service: {
    type?: string;
    clusterIP?: string;
    externalTrafficPolicy?: string;
    loadBalancerSourceRanges?: string[];
    selector: Labels;
    ports: ServicePort[];
  };
  ServiceAccount: undefined;
  StatefulSet: WorkloadSpec & {
    serviceName: string;
    volumeClaimTemplates: {
      metadata: { name: string };
      spec: { resources: { requests: { storage: string } } };
    }[];
  };
}

export interface WorkloadSpec {
  /** An autoscaler's business where there is one. */
  readonly replicas?: number;
  readonly selector: { readonly matchLabels: Labels };
  readonly template: PodTemplate;
}

export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { cidr: string; except?: string[] };
}

export interface PolicyPort {
  readonly port: number;
  readonly protocol: string;
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: string;
  readonly nodePort?: number;
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels; readonly annotations?: Labels };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext?: SecurityContext;
  readonly containers: Container[];
  readonly initContainers?: Container[];
  readonly volumes?: Volume[];
  readonly topologySpreadConstraints?: unknown[];
}

export interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: unknown;
  readonly runAsGroup?: unknown;
  readonly capabilities?: { add?: string[]; drop?: string[] };
  readonly seccompProfile?: { type: string };
  readonly seLinuxOptions?: unknown;
  readonly procMount?: string;
  readonly sysctls?: unknown[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly command?: string[];
  readonly args?: string[];
  readonly env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  readonly ports?: { name: string; containerPort: number; hostPort?: number }[];
  readonly resources?: { requests?: Labels; limits?: Labels };
  readonly securityContext?: SecurityContext;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly lifecycle?: { preStop?: { exec: { command: string[] } } };
  readonly terminationMessagePolicy?: string;
  readonly volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface Probe {
  readonly exec?: { command: string[] };
  readonly httpGet?: { port: string };
  readonly tcpSocket?: { port: string };
  readonly grpc?: { port: number };
}

export interface Volume {
  readonly name: string;
  readonly configMap?: { name: string };
  readonly persistentVolumeClaim?: { claimName: string };
  readonly secret?: { secretName: string; items: { key: string; path: string }[] };
  readonly emptyDir?: { medium?: string; sizeLimit?: string };
}

/** A name that leaves room for the suffix of a pod: a DNS label has 63 characters. */
export const ROOMY_NAME = /^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/;

/** Bytes of an object above which `kubectl apply` has no room for it in its annotation, which holds 256 KiB. */
export const LARGEST_APPLIED = 200_000;
