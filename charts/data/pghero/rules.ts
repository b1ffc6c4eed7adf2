import { record } from '../../../lib/values/record';
import { resources } from '../../../lib/values/sizes';
import type { PgHeroSize } from './size';

/** What PgHero may be. */
export const pgheroSize = record<PgHeroSize>({ resources: resources(256) });
