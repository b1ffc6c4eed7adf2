import type { Size } from 'cdk8s';
import * as k8s from '../imports/k8s';
import type { Component } from './component';
import type { Endpoint } from './endpoint';
import { type PodProps, podTemplate, quantity } from './pod';
import { type HostPort, Workload } from './workload';

/** A volume that outlives its pod. */
export interface Claim {
  readonly mountPath: string;
  readonly size: Size;
}

/** How pods of one set keep away from each other: `required` needs a node for each pod, `preferred` does not. */
export type Spread = 'required' | 'preferred';

export interface StatefulWorkloadProps extends PodProps {
  readonly replicas: number;
  /** Volumes of each pod by name. */
  readonly claims: Record<string, Claim>;
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
  readonly spread: Spread;
}

/** Anti-affinity by node, and an even spread over zones where there are zones. */
function placement(
  spread: Spread,
  selector: Record<string, string>,
): Pick<k8s.PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const labelSelector = { matchLabels: selector };
  const term = { labelSelector, topologyKey: 'kubernetes.io/hostname' };
  return {
    affinity: {
      podAntiAffinity:
        spread === 'required'
          ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
          : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
    },
    topologySpreadConstraints: [
      // ScheduleAnyway: a zone that is down must not keep its pods from starting elsewhere.
      { labelSelector, topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  };
}

/** Pods with a fixed identity and volumes of their own. */
export class StatefulWorkload extends Workload {
  constructor(scope: Component, id: string, props: StatefulWorkloadProps) {
    super(scope, id, props, props.replicas, 0);
    const selector = { matchLabels: this.selector };
    const headless = new k8s.KubeService(this, 'headless', {
      spec: {
        clusterIp: 'None',
        // Peers must find each other before they can become ready, and while one is leaving.
        publishNotReadyAddresses: true,
        selector: this.selector,
        ports: Object.keys(props.ports ?? {}).map((port) => this.servicePort(port)),
      },
    });
    new k8s.KubeStatefulSet(this, 'resource', {
      spec: {
        replicas: props.replicas,
        serviceName: headless.name,
        // OrderedReady deadlocks where readiness needs a quorum, and cannot roll back a broken template.
        // https://github.com/kubernetes/kubernetes/issues/67250
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate' },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        selector,
        template: podTemplate(this, props, {
          name: this.name,
          labels: this.labels,
          claimMounts: Object.entries(props.claims).map(([name, { mountPath }]) => ({ name, mountPath })),
          placement: props.replicas > 1 ? placement(props.spread, this.selector) : undefined,
        }),
        volumeClaimTemplates: Object.entries(props.claims).map(([name, { size }]) => ({
          metadata: { name },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: props.storageClass,
            resources: { requests: { storage: quantity(size) } },
          },
        })),
      },
    });
    if (props.replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'budget', {
        spec: {
          selector,
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          // A pod that is not ready may still hold the last copy of something: it counts, too.
          unhealthyPodEvictionPolicy: 'IfHealthyBudget',
        },
      });
    }
  }

  /**
   * The port of each pod behind an address of its own that stays when the pod is replaced.
   * Names of a headless Service change their address with the pod, and caches keep the old one for up to a minute.
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

  get podNames(): string[] {
    return Array.from({ length: this.replicas }, (_, ordinal) => `${this.name}-${ordinal}`);
  }
}

/** Ready or not: clients ask for this pod and no other, and it may serve while it is out of sync for one partition. */
const eachPod = (pod: string): k8s.ServiceSpec => ({
  selector: { 'statefulset.kubernetes.io/pod-name': pod },
  publishNotReadyAddresses: true,
});
