import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';

/**
 * Who may do what at a server: `open` lets everybody who reaches it do everything, as the original does; `users` has
 * a user with rights and a password of its own for each purpose.
 */
export type Access = 'open' | 'users';

/** What the Redis for counters of an environment may need. */
export interface RedisSize {
  readonly access: Access;
  readonly resources: Resources;
  /** Keys; at most 80 % of the memory limit. @default - 75 % of the memory limit */
  readonly maxmemory?: Size;
}
