import type { Duration, Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/publication';

/** What the Prometheus of an environment may need. */
export interface PrometheusSize {
  /** Servers, each of which asks everything and keeps all of it: with two of them one may be away. */
  readonly replicas: number;
  readonly resources: Resources;
  /** How long a sample is kept, while there is room for it. */
  readonly retention: Duration;
  /** Claim of each server; the oldest samples go before it is full. */
  readonly disk: Size;
  /** @default - not reachable from the machine that runs the cluster */
  readonly host?: HostPort;
}
