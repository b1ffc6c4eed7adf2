import type { ReconciledJobsSize } from '../job';
import { type Check, optional } from './check';
import { record } from './record';
import { schedule } from './schedule';
import { resources } from './sizes';

/**
 * What may be said of Jobs that start with a limit of `leastMebibytes` and run again.
 * @param example a schedule, and what it means
 */
export const reconciledJobsSize = (leastMebibytes: number, example: string): Check<ReconciledJobsSize> =>
  record<ReconciledJobsSize>({ resources: resources(leastMebibytes), schedule: optional(schedule(example)) });
