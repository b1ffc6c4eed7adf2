import type { Autoscaling } from '../stateless-workload';
import { optional } from './check';
import { whole } from './numbers';
import { type Rule, record } from './record';

/** Pods of a Deployment. */
export const replicas = whole(1, 100);

/** Autoscaling, which may be left out. */
export const autoscaling = optional(
  record<Autoscaling>({ mostReplicas: replicas, cpuPercent: whole(1, 400, ' percent of the CPU request') }),
);

/** An autoscaler whose most is less than its least is refused by the API server. @param name of the component */
export const scalingErrors =
  (name: string): Rule<{ readonly replicas: number; readonly autoscaling?: Autoscaling }> =>
  ({ replicas, autoscaling: { mostReplicas } = { mostReplicas: replicas } }) =>
    mostReplicas >= replicas
      ? []
      : [
          `${name}.autoscaling.mostReplicas is ${mostReplicas}, less than ${name}.replicas, ${replicas}, which always run. ` +
            `Set it to ${replicas} or more, or leave autoscaling out.`,
        ];
