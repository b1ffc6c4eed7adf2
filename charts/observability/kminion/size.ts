import type { Resources } from '../../../lib/container';

/** What an environment says of the program that measures lag. */
export interface KminionSize {
  readonly resources: Resources;
}
