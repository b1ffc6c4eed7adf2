import type { Resources } from '../../../lib/container';
import type { Autoscaling } from '../../../lib/stateless-workload';

/** What the backend of an environment may need. */
export interface BackendSize {
  /** Pods that always run. */
  readonly replicas: number;
  /** @default - always `replicas` */
  readonly autoscaling?: Autoscaling;
  readonly resources: Resources;
  /** Connections of each pod to PgBouncer, and so requests that are with the database at once; the relay has one more. */
  readonly connections: number;
}
