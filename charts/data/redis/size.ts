import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';

/**
 * Who may do what at a server: `open` lets everybody who reaches it do everything, as in the original; `users` has a
 * user for each purpose, each with a password and only the rights that it needs.
 */
export type Access = 'open' | 'users';

/** Size of the plain Redis, which holds the gateway's counters. */
export interface RedisSize {
  /** Whether clients need a user and a password. */
  readonly access: Access;
  /** CPU and memory of its pod. */
  readonly resources: Resources;
  /** Memory for keys; at most 80 % of the memory limit. @default - 75 % of the memory limit */
  readonly maxmemory?: Size;
}
