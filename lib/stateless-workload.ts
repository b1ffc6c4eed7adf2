import * as k8s from '../imports/k8s';
import type { Component } from './component';
import { type PodProps, podTemplate } from './pod';
import { Workload } from './workload';

export interface StatelessWorkloadProps extends PodProps {
  /** Pods that run. @default 1 */
  readonly replicas?: number;
}

/** The share of its pods that a Deployment runs besides while it is replaced: what Kubernetes does unless told otherwise. */
const SURGE = 0.25;

/** Pods without a state of their own, replaced freely: new ones start before old ones stop. */
export class StatelessWorkload extends Workload {
  constructor(scope: Component, id: string, { replicas = 1, ...props }: StatelessWorkloadProps) {
    super(scope, id, props, replicas, Math.ceil(replicas * SURGE));
    const { metadata, spec } = podTemplate(this, props, { name: this.name, labels: this.labels });
    new k8s.KubeDeployment(this, 'resource', {
      spec: {
        replicas,
        selector: { matchLabels: this.selector },
        template: { metadata, spec: { ...spec!, ...(replicas > 1 && { topologySpreadConstraints: this.evenly() }) } },
      },
    });
    if (replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'budget', {
        spec: {
          selector: { matchLabels: this.selector },
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          // A pod that is not ready holds nothing: it must not keep a node from being emptied.
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
        },
      });
    }
  }

  /** ScheduleAnyway: a node or a zone that is down must not keep pods from starting elsewhere. */
  private evenly(): k8s.TopologySpreadConstraint[] {
    return ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
      labelSelector: { matchLabels: this.selector },
      topologyKey,
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
    }));
  }
}
