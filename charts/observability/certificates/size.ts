import type { Resources } from '../../../lib/container';

/** What an environment says of the program that looks at certificates. */
export interface CertificatesSize {
  readonly resources: Resources;
}
