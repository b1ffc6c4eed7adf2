import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/publication';

/** Size of Grafana. */
export interface GrafanaSize {
  /** CPU and memory of its pod. */
  readonly resources: Resources;
  /** Port on the machine that runs the cluster. @default - reachable through the gateway only */
  readonly host?: HostPort;
}
