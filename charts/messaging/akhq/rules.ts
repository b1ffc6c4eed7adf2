import { optional } from '../../../lib/values/check';
import { hostPort } from '../../../lib/values/networks';
import { record } from '../../../lib/values/record';
import { resources } from '../../../lib/values/sizes';
import type { AkhqSize } from './size';

/** What AKHQ may be. Its Java takes 60 % of the memory for the heap. */
export const akhqSize = record<AkhqSize>({ resources: resources(384), host: optional(hostPort) });
