import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';

/** Size of ZooKeeper. */
export interface ZooKeeperSize {
  /**
   * Servers, an odd number: 3 survive one failure, 5 two. Fixed for an installation: from 1 to 3 the two empty servers
   * would be a majority, and the server with the data would follow them.
   */
  readonly servers: number;
  /** Java heap, fixed from the start; at most half of the memory limit. */
  readonly heap: Size;
  /** CPU and memory of each server, with its heap. */
  readonly resources: Resources;
  /** Claim of each server for snapshots. */
  readonly data: Size;
  /** Claim of each server for the transaction log. */
  readonly log: Size;
}
