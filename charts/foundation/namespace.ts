import { JsonPatch, Lazy, Size } from 'cdk8s';
import type { IConstruct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { Component, NEVER_PRUNED } from '../../lib/component';
import { cpuQuantity, quantity } from '../../lib/container';
import type { Platform } from '../../lib/platform';
import { claims, totalRequests } from '../../lib/requests';
import { Workload } from '../../lib/workload';

/** Kubernetes minor version whose Pod Security rules hold: a newer cluster must not break pods that ran. */
const POD_SECURITY_VERSION = 'v1.27';

/** Room in the quota for pods that people start: a shell, a restore. Thousandths of a core, MiB. */
const ROOM = { cpu: 1000, memory: 2048, memoryLimit: 4096 };

/** The namespace: only restricted pods, nothing may talk to anything, and no more of anything than the model adds up to. */
export class Namespace extends Component {
  constructor(scope: Platform) {
    super(scope, 'namespace', 'foundation');
    const modes = ['enforce', 'audit', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}`);
    const namespace = new k8s.KubeNamespace(this, 'resource', {
      metadata: {
        name: scope.namespace,
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
            const { cpu, memory, memoryLimit } = totalRequests(this.node.root, 'while everything is replaced');
            const disks = claims(this.node.root);
            const mebibytes = (amount: number) => quantity(Size.mebibytes(amount));
            return {
              'requests.cpu': cpuQuantity(cpu + ROOM.cpu),
              'requests.memory': mebibytes(memory + ROOM.memory),
              'limits.memory': mebibytes(memoryLimit + ROOM.memoryLimit),
              // Room for one more of the largest, to which a volume that is too small or broken is moved.
              'requests.storage': mebibytes(disks.reduce((sum, each) => sum + each, 0) + Math.max(0, ...disks)),
              'services.loadbalancers': k8s.Quantity.fromString(`${loadBalancers(this.node.root)}`),
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

/** Each of them costs money, and has a public address. */
const loadBalancers = (scope: IConstruct) => Workload.all(scope).flatMap((workload) => workload.loadBalancers).length;
