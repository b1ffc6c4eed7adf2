import type { Resources } from '../../../lib/container';
import type { Autoscaling } from '../../../lib/stateless-workload';

/** Size of the backend. */
export interface BackendSize {
  /** Pods that always run. */
  readonly replicas: number;
  /** Pods that are added under load. @default - none: always `replicas` */
  readonly autoscaling?: Autoscaling;
  /** CPU and memory of each pod. */
  readonly resources: Resources;
  /** Connections of each pod to PgBouncer: so many requests use the database at once. The relay has one more. */
  readonly connections: number;
}
