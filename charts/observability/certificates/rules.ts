import { image } from '../../../lib/values/image';
import { record } from '../../../lib/values/record';
import { resources } from '../../../lib/values/sizes';
import type { CertificatesSize } from './size';

export const blackboxExporterImage = image({
  of: /:v0\.(2[5-9]|3\d)\.\d+/,
  words: 'v0.25 to v0.39',
  because: 'Its configuration is that of these.',
});

/** What the program that looks at certificates may need. */
export const certificatesSize = record<CertificatesSize>({ resources: resources(24) });
