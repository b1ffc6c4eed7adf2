import * as k8s from '../imports/k8s';
import type { Component } from './component';
import type { Endpoint } from './endpoint';
import { type PodProps, podTemplate } from './pod';
import { Workload } from './workload';

/**
 * How many pods there are when there is much to do.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export interface Autoscaling {
  /** Pods at most; `replicas` are the fewest. */
  readonly mostReplicas: number;
  /** Percent of the CPU request that is used, on average over the pods: above it there will be more of them. */
  readonly cpuPercent: number;
}

/** How many pods there are. */
export interface StatelessWorkloadProps extends PodProps {
  /** Pods that always run. @default 1 */
  readonly replicas?: number;
  /** More pods when there is much to do. @default - always `replicas` */
  readonly autoscaling?: Autoscaling;
}

/**
 * Pods without state of their own, replaced freely.
 *
 *     const web = new StatelessWorkload(till, 'default', {
 *       image: 'registry.example/shop/till:1.2.3', user: 1000, ports: { web: 8080 }, replicas: 2, graceSeconds: 10,
 *       resources: { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(128) },
 *       probes: { readiness: http('web', '/ready'), liveness: http('web', '/alive') },
 *     });
 *     web.connectsTo(database);
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
export class StatelessWorkload extends Workload {
  constructor(scope: Component, id: string, props: StatelessWorkloadProps) {
    const { replicas = 1, autoscaling } = props;
    super(scope, id, props, replicas, (autoscaling?.mostReplicas ?? replicas) - replicas + 1);
    const template = podTemplate(this, props, { name: this.name, labels: this.labels });
    const deployment = new k8s.KubeDeployment(this, 'resource', {
      spec: {
        // An apply would take back what the autoscaler has done.
        replicas: autoscaling ? undefined : replicas,
        selector: { matchLabels: this.selector },
        ...(replicas > 1 && ONE_MORE_AT_A_TIME),
        template: replicas > 1 ? { ...template, spec: { ...template.spec!, ...this.spread() } } : template,
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
    if (autoscaling) {
      const target = { type: 'Utilization', averageUtilization: autoscaling.cpuPercent };
      new k8s.KubeHorizontalPodAutoscalerV2(this, 'autoscaler', {
        spec: {
          scaleTargetRef: { apiVersion: deployment.apiVersion, kind: deployment.kind, name: deployment.name },
          minReplicas: replicas,
          maxReplicas: autoscaling.mostReplicas,
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
        },
      });
    }
  }

  /**
   * The port of all pods, ready or not, behind one name that leads to their addresses: for who asks each of them, as
   * a collector of metrics does. What only wants an answer takes `endpoint`.
   */
  podsEndpoint(port: string): Endpoint {
    const service = { clusterIp: 'None', publishNotReadyAddresses: true, selector: this.selector };
    return this.offer('pods', port, `${this.name}-pods`, service);
  }

  /**
   * Spreads the pods of one revision evenly over zones and nodes, where there are any: the pods that a new one replaces
   * do not count.
   */
  private spread(): Pick<k8s.PodSpec, 'topologySpreadConstraints'> {
    return {
      topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
        topologyKey,
        labelSelector: { matchLabels: this.selector },
        matchLabelKeys: ['pod-template-hash'],
        maxSkew: 1,
        // A zone or a node that is down must not keep its pods from starting elsewhere.
        whenUnsatisfiable: 'ScheduleAnyway',
      })),
    };
  }
}

/** Never fewer pods than asked for, also while they are replaced. */
const ONE_MORE_AT_A_TIME: Pick<k8s.DeploymentSpec, 'strategy' | 'minReadySeconds'> = {
  minReadySeconds: 5,
  strategy: {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
  },
};
