import { image } from '../../../lib/values/image';
import { record } from '../../../lib/values/record';
import { resources } from '../../../lib/values/sizes';
import type { KubernetesStateSize } from './size';

export const otelCollectorImage = image({
  of: /:0\.149\.\d+/,
  words: '0.149.x',
  because: 'Names of settings and of metrics change from one to the next.',
});

/** What the program that asks the API server may need. */
export const kubernetesStateSize = record<KubernetesStateSize>({ resources: resources(128) });
