import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/workload';

/** What AKHQ of an environment may need. */
export interface AkhqSize {
  readonly resources: Resources;
  /** @default - not reachable from the machine that runs the cluster, but through the gateway */
  readonly host?: HostPort;
}
