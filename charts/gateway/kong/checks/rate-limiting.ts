import type { RateLimiting } from '../plugins';

const PERIODS = ['second', 'minute', 'hour', 'day'] as const;
const MOST_WAIT = 1000;

export function rateLimitingErrors(config: RateLimiting['config']): string[] {
  const limits = PERIODS.flatMap((period) => {
    const limit = config[period];
    return limit === undefined ? [] : [{ period, limit }];
  });
  return [
    ...(limits.length > 0 ? [] : [`it has no limit: Kong wants one of ${PERIODS.join(', ')}.`]),
    ...limits
      .filter(({ limit }) => !Number.isInteger(limit) || limit < 1)
      .map(({ period, limit }) => `${period} is ${limit}: it must be a whole number of 1 or more.`),
    ...limits.flatMap(({ period, limit }, index) => {
      const shorter = limits[index - 1];
      return shorter && limit < shorter.limit
        ? [
            `${period} is ${limit}, less than ${shorter.period} with ${shorter.limit}, and Kong refuses it. Raise the one or ` +
              'lower the other.',
          ]
        : [];
    }),
    ...redisErrors(config),
  ];
}

function redisErrors(config: RateLimiting['config']): string[] {
  if (config.policy !== 'redis') return [];
  const { redis_host, redis_timeout, redis_username, redis_password } = config;
  return [
    ...(redis_host === '' ? ['policy is redis, but redis_host is empty. Name the host, or take policy: local.'] : []),
    ...(redis_timeout >= 1 && redis_timeout <= MOST_WAIT
      ? []
      : [
          `redis_timeout is ${redis_timeout} ms: every request waits that long when Redis is away. Set it to ` +
            `1 to ${MOST_WAIT}; 100 to 300 are enough in one cluster.`,
        ]),
    ...((redis_username === undefined) === (redis_password === undefined)
      ? []
      : ['redis_username and redis_password come together: without one of them Redis refuses, and the limit is off.']),
  ];
}
