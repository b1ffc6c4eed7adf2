import type { Size } from 'cdk8s';
import { oneOf, optional } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { record } from '../../../lib/values/record';
import { memory, resources } from '../../../lib/values/sizes';
import { type Kind, leastLimit, mostMaxmemory } from './memory';
import type { Access, RedisSize } from './size';

export const redisImage = image({
  of: /^(?!.*valkey).*:7\.\d+|valkey:(7\.2|8\.\d+)/,
  words: 'Redis 7.x and Valkey 7.2 to 8.x',
  because:
    'Before 7 a server has no host name of its own; Redis 8 brings modules whose commands no user here is granted.',
});

export const access = oneOf<Access>('open', 'users');

/** Keys that leave no memory for anything else. @param name of the component in the environment */
export function maxmemoryErrors(name: string, maxmemory: Size, limit: Size, kind: Kind): string[] {
  const [asked, most] = [maxmemory.toMebibytes(), mostMaxmemory(limit, kind)];
  if (asked <= most) return [];
  return [
    `${name}.maxmemory is ${asked} MiB, but of a memory limit of ${limit.toMebibytes()} MiB keys may take ${most} MiB: ` +
      `a snapshot and the buffers of clients need the rest. Lower it, leave it out, or raise resources.memoryLimit to ` +
      `${leastLimit(maxmemory, kind)} MiB.`,
  ];
}

/** What the Redis for counters may be. */
export const redisSize = record<RedisSize>(
  { access, resources: resources(32), maxmemory: optional(memory(8)) },
  ({ maxmemory, resources: { memoryLimit } }) =>
    maxmemory ? maxmemoryErrors('redis', maxmemory, memoryLimit, 'volatile') : [],
);
