import type { IConstruct } from 'constructs';
import { Workload } from './workload';

/** CPU in thousandths of a core, memory in MiB. */
export interface Requests {
  readonly cpu: number;
  readonly memory: number;
}

/**
 * What the workloads below `scope` request together.
 * While everything is replaced, a Deployment runs its new pod beside the old one and a Job beside its predecessor.
 */
export function totalRequests(scope: IConstruct, when: 'at rest' | 'while everything is replaced'): Requests {
  const pods = (workload: Workload) => workload.replicas + (when === 'at rest' ? 0 : workload.surge);
  const workloads = Workload.all(scope);
  return {
    cpu: workloads.reduce((sum, workload) => sum + pods(workload) * workload.resources.cpu, 0),
    memory: workloads.reduce((sum, workload) => sum + pods(workload) * workload.resources.memory.toMebibytes(), 0),
  };
}
