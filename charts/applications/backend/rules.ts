import { whole } from '../../../lib/values/numbers';
import { record } from '../../../lib/values/record';
import { autoscaling, replicas, scalingErrors } from '../../../lib/values/scaling';
import { resources } from '../../../lib/values/sizes';
import type { BackendSize } from './size';

/** What the backend may be. */
export const backendSize = record<BackendSize>(
  { replicas, autoscaling, resources: resources(128), connections: whole(1, 1000) },
  scalingErrors('backend'),
);
