import type { IConstruct } from 'constructs';
import { StatefulWorkload } from './stateful-workload';
import { VolumeClaim } from './volume-claim';
import { Workload } from './workload';

/** What pods ask for together. */
export interface Requests {
  /** Thousandths of a core. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** What the memory limits add up to, in MiB. */
  readonly memoryLimit: number;
}

/**
 * What the workloads below `scope` request together.
 * While everything is replaced, a Job runs beside its predecessor, and a Deployment can have all of its pods twice: a new
 * one that is ready sends an old one away, which counts until it has gone, and the next new one does not wait for that.
 */
export function totalRequests(scope: IConstruct, when: 'at rest' | 'while everything is replaced'): Requests {
  const most = ({ replicas, surge }: Workload) => (surge === 0 ? replicas : 2 * (replicas + surge - 1));
  const pods = (workload: Workload) => (when === 'at rest' ? workload.replicas : most(workload));
  const sum = (amount: (workload: Workload) => number) =>
    Workload.all(scope).reduce((total, workload) => total + pods(workload) * amount(workload), 0);
  return {
    cpu: sum(({ resources }) => resources.cpu),
    memory: sum(({ resources }) => resources.memory.toMebibytes()),
    memoryLimit: sum(({ resources }) => resources.memoryLimit.toMebibytes()),
  };
}

/** The size of every claim below `scope`, in MiB. */
export function claims(scope: IConstruct): number[] {
  return scope.node.findAll().flatMap((construct) => {
    if (construct instanceof VolumeClaim) return [construct.size.toMebibytes()];
    if (!(construct instanceof StatefulWorkload)) return [];
    return construct.podNames.flatMap(() => construct.claims.map((size) => size.toMebibytes()));
  });
}
