import type { Resources } from '../../../lib/container';

/** What PgHero of an environment may need. */
export interface PgHeroSize {
  readonly resources: Resources;
}
