import { JsonPatch, Lazy, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { Component, type ComponentProps, NEVER_PRUNED } from '../../lib/component';
import { cpuQuantity, quantity } from '../../lib/container';
import { totalRequests } from '../../lib/requests';

/** Kubernetes minor version whose Pod Security rules hold: a newer cluster must not break pods that ran. */
const POD_SECURITY_VERSION = 'v1.27';

/** Room in the quota for pods that people start: a shell, a restore. Thousandths of a core, MiB. */
const ROOM = { cpu: 1000, memory: 2048 };

/** The namespace: only restricted pods, nothing may talk to anything, and no more requests than the model adds up to. */
export class Namespace extends Component {
  constructor(scope: Construct, props: ComponentProps) {
    super(scope, 'namespace', props);
    const modes = ['enforce', 'audit', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}`);
    const namespace = new k8s.KubeNamespace(this, 'resource', {
      metadata: {
        name: props.namespace,
        labels: Object.fromEntries(
          modes.flatMap((mode) => [
            [mode, 'restricted'],
            [`${mode}-version`, POD_SECURITY_VERSION],
          ]),
        ),
        // A pruned namespace takes every claim with it.
        annotations: NEVER_PRUNED,
      },
    });
    // The chart's namespace is for what lives in it.
    namespace.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    new k8s.KubeNetworkPolicy(this, 'default-deny', {
      metadata: { name: 'default-deny' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    new k8s.KubeResourceQuota(this, 'quota', {
      metadata: { name: 'quota' },
      spec: {
        hard: Lazy.any({
          produce: () => {
            const { cpu, memory } = totalRequests(this.node.root, 'while everything is replaced');
            return {
              'requests.cpu': cpuQuantity(cpu + ROOM.cpu),
              'requests.memory': quantity(Size.mebibytes(memory + ROOM.memory)),
            };
          },
        }),
      },
    });
    // The quota refuses containers that state nothing, as those of `kubectl debug` do.
    new k8s.KubeLimitRange(this, 'defaults', {
      metadata: { name: 'defaults' },
      spec: {
        limits: [
          {
            type: 'Container',
            defaultRequest: { cpu: cpuQuantity(10), memory: quantity(Size.mebibytes(64)) },
            default: { memory: quantity(Size.mebibytes(256)) },
          },
        ],
      },
    });
  }
}
