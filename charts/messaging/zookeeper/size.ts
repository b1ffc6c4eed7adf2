import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';

/** What the ensemble of an environment may need. */
export interface ZooKeeperSize {
  /**
   * Servers of the ensemble: odd, 1 or 3 (5 tolerates two failures). For a new installation only: from 1 to 3 the two
   * empty servers would be a majority, and the one with the data would follow them.
   */
  readonly servers: number;
  /** Java heap, fixed from the start; at most half of the memory limit. */
  readonly heap: Size;
  readonly resources: Resources;
  /** Claim for snapshots. */
  readonly data: Size;
  /** Claim for the transaction log. */
  readonly log: Size;
}
