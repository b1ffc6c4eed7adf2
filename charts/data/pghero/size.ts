import type { Resources } from '../../../lib/container';

/** Size of PgHero. */
export interface PgHeroSize {
  /** CPU and memory of its pod. */
  readonly resources: Resources;
}
