import { image } from '../../../lib/values/image';
import { record } from '../../../lib/values/record';
import { resources } from '../../../lib/values/sizes';
import type { KminionSize } from './size';

export const kminionImage = image({
  of: /:v2\.\d+\.\d+/,
  words: 'v2.x',
  because: 'Its settings and its metrics are named as in 2.',
});

/** What the program that measures lag may need. */
export const kminionSize = record<KminionSize>({ resources: resources(32) });
