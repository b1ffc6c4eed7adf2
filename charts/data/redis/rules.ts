import { optional } from '../../../lib/values/check';
import { record } from '../../../lib/values/record';
import { memory, resources } from '../../../lib/values/sizes';
import { maxmemoryErrors } from '../memory';
import { access } from '../rules';
import type { RedisSize } from './redis';

/** What the Redis for counters may be. */
export const redisSize = record<RedisSize>(
  { access, resources: resources(32), maxmemory: optional(memory(8)) },
  ({ maxmemory, resources: { memoryLimit } }) =>
    maxmemory ? maxmemoryErrors('redis', maxmemory, memoryLimit, 'volatile') : [],
);
