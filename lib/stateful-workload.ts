import type { Size } from 'cdk8s';
import * as k8s from '../imports/k8s';
import type { Component } from './component';
import { quantity } from './container';
import { counted } from './counted';
import type { Endpoint } from './endpoint';
import type { Spread } from './platform';
import { type PodProps, podTemplate } from './pod';
import type { HostPort } from './publication';
import { Workload } from './workload';

/** A volume that outlives its pod. */
export interface Claim {
  /** Where containers see it, an absolute path. */
  readonly mountPath: string;
  /** Room that is asked for; it can grow where the StorageClass lets it. */
  readonly size: Size;
}

/** How many pods there are, and what each keeps. */
export interface StatefulWorkloadProps extends PodProps {
  /** Pods of each StatefulSet. */
  readonly replicas: number;
  /**
   * StatefulSets side by side, `name-0`, `name-1` and so on, which are one workload to everybody else: pods of one
   * shard hold the same data, and the platform's `spread` keeps these apart.
   * @default - one StatefulSet, named after the workload
   */
  readonly shards?: number;
  /** Volumes of each pod by name. */
  readonly claims: Record<string, Claim>;
}

/**
 * Pods with a fixed identity and volumes of their own.
 *
 *     const store = new StatefulWorkload(till, 'store', {
 *       image: 'registry.example/shop/store:1.2.3', user: 1000, ports: { sql: 5432 }, replicas: 3, graceSeconds: 60,
 *       claims: { data: { mountPath: '/data', size: Size.gibibytes(10) } },
 *       resources: { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(128) },
 *       probes: { readiness: tcp('sql'), liveness: exec('check-disk') },
 *     });
 *     store.connectsTo(...store.podEndpoints('sql')); // they know each other by name
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export class StatefulWorkload extends Workload {
  constructor(
    scope: Component,
    id: string,
    private readonly props: StatefulWorkloadProps,
  ) {
    super(scope, id, props, props.replicas * (props.shards ?? 1), 0);
    // Every StatefulSet must have one. What connects goes through podEndpoints.
    const headless = new k8s.KubeService(this, 'headless', {
      spec: {
        clusterIp: 'None',
        publishNotReadyAddresses: true,
        selector: this.selector,
        ports: Object.keys(props.ports ?? {}).map((port) => this.servicePort(port)),
      },
    });
    const template = podTemplate(this, props, {
      name: this.name,
      labels: this.labels,
      claimMounts: Object.entries(props.claims).map(([name, { mountPath }]) => ({ name, mountPath })),
    });
    const workload = { matchLabels: this.selector };
    for (const { id: setId, name, selector } of this.sets) {
      const set = { matchLabels: selector };
      new k8s.KubeStatefulSet(this, setId, {
        metadata: { name },
        spec: {
          ...statefulSet(props, this.platform.props.storageClass),
          serviceName: headless.name,
          selector: set,
          template: {
            metadata: { ...template.metadata, labels: { ...template.metadata!.labels, ...selector } },
            spec: { ...template.spec!, ...placement(props, this.platform.props.spread, { set, workload }) },
          },
        },
      });
    }
    if (this.replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'budget', {
        spec: {
          selector: workload,
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          // A pod that is not ready may still hold the last copy of something: it counts, too.
          unhealthyPodEvictionPolicy: 'IfHealthyBudget',
        },
      });
    }
  }

  /**
   * The port of each pod behind an address of its own that stays when the pod is replaced.
   * Names of a headless Service change their address with the pod, and caches keep the old one, or that there was none
   * yet, for up to a minute.
   */
  podEndpoints(port: string): Endpoint[] {
    return this.podNames.map((pod, ordinal) => this.offer(`${ordinal}`, port, pod, eachPod(pod)));
  }

  /** Makes `port` of each pod reachable from the machine that runs the cluster: the ports count up from `first`. */
  publishEach(port: string, title: string, first: HostPort): void {
    this.podNames.forEach((pod, ordinal) => {
      const host = { ...first, hostPort: first.hostPort + ordinal, nodePort: first.nodePort + ordinal };
      this.publishPods(`${ordinal}-external`, port, `${title} ${pod}`, host, eachPod(pod));
    });
  }

  /** Claims of each pod. */
  get claims(): Size[] {
    return Object.values(this.props.claims).map(({ size }) => size);
  }

  get podNames(): string[] {
    return this.sets.flatMap(({ name }) => counted(this.props.replicas).map((ordinal) => `${name}-${ordinal}`));
  }

  /** The StatefulSets: one with the workload's name, or one for each shard. */
  private get sets(): { id: string; name: string; selector: Record<string, string> }[] {
    const { shards } = this.props;
    if (shards === undefined) return [{ id: 'resource', name: this.name, selector: this.selector }];
    return counted(shards).map((shard) => ({
      id: `shard-${shard}`,
      name: `${this.name}-${shard}`,
      selector: { ...this.selector, [`${this.platform.name}/shard`]: `${shard}` },
    }));
  }
}

const statefulSet = ({ replicas, claims }: StatefulWorkloadProps, storageClassName?: string) => ({
  replicas,
  // OrderedReady deadlocks where readiness needs a quorum, and cannot roll back a broken template.
  // https://github.com/kubernetes/kubernetes/issues/67250
  podManagementPolicy: 'Parallel',
  updateStrategy: { type: 'RollingUpdate' },
  persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  volumeClaimTemplates: Object.entries(claims).map(([name, { size }]) => ({
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      volumeMode: 'Filesystem',
      resources: { requests: { storage: quantity(size) } },
    },
  })),
});

/** Pods of one set have a node each, and zones where there are zones; those of all sets are spread over the nodes. */
function placement(
  { replicas, shards = 1 }: StatefulWorkloadProps,
  spread: Spread,
  { set, workload }: Record<'set' | 'workload', k8s.LabelSelector>,
): Pick<k8s.PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const node = 'kubernetes.io/hostname';
  const term = { labelSelector: set, topologyKey: node };
  const podAntiAffinity =
    spread === 'required'
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
  // ScheduleAnyway: a zone or a node that is down must not keep its pods from starting elsewhere.
  const evenly = (labelSelector: k8s.LabelSelector, topologyKey: string) => ({
    labelSelector,
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
  });
  return {
    ...(replicas > 1 && { affinity: { podAntiAffinity } }),
    ...(replicas * shards > 1 && {
      topologySpreadConstraints: [
        ...(replicas > 1 ? [evenly(set, 'topology.kubernetes.io/zone')] : []),
        ...(shards > 1 ? [evenly(workload, node)] : []),
      ],
    }),
  };
}

/**
 * Ready or not: peers must find each other before they can become ready, and while one is leaving; and clients ask for
 * this pod and no other, which may serve while it is out of sync for one partition.
 */
const eachPod = (pod: string): k8s.ServiceSpec => ({
  selector: { 'statefulset.kubernetes.io/pod-name': pod },
  publishNotReadyAddresses: true,
});
