import { Component } from '../../../lib/component';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import type { Right } from '../../../lib/rights';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { goMemory } from '../go';
import type { KubernetesStateSize } from './size';

export interface KubernetesStateProps extends KubernetesStateSize {
  /** The OpenTelemetry Collector's image, with its receiver `k8s_cluster`. */
  readonly image: string;
}

const list = (group: string, ...resources: string[]): Right => ({ group, resources, verbs: ['list', 'watch'] });

/** All that the receiver looks at: without one of them it never begins. */
const RIGHTS: readonly Right[] = [
  list('', 'pods', 'replicationcontrollers', 'resourcequotas', 'services'),
  list('apps', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'),
  list('autoscaling', 'horizontalpodautoscalers'),
  list('batch', 'cronjobs', 'jobs'),
];

/** Says as metrics what Kubernetes knows of the platform: restarts, pods that do not start, Jobs that fail. */
export class KubernetesState extends Component {
  constructor(scope: Platform, { image, resources }: KubernetesStateProps) {
    super(scope, 'kubernetes-state', 'observability');
    new StatelessWorkload(this, 'default', {
      image,
      user: 10001,
      command: ['/otelcol-contrib', '--config=/etc/otelcol-contrib/config.yaml'],
      env: {
        NAMESPACE: this.namespace,
        ...goMemory(resources.memoryLimit),
      },
      ports: { metrics: 8889, health: 13133 },
      files: { '/etc/otelcol-contrib/config.yaml': nativeFile(__dirname, 'collector.yaml') },
      metrics: { port: 'metrics', path: '/metrics' },
      rights: RIGHTS,
      resources,
      probes: {
        readiness: { ...http('health', '/'), periodSeconds: 5 },
        liveness: { ...http('health', '/'), periodSeconds: 15, failureThreshold: 6 },
      },
      graceSeconds: 10,
    });
  }
}
