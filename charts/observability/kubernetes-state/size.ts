import type { Resources } from '../../../lib/container';

/** What an environment says of the program that asks the API server. */
export interface KubernetesStateSize {
  readonly resources: Resources;
}
