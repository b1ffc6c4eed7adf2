import type { DatabaseConfig, RedisConfig } from '../../src/config.ts';

/** Where the servers of this run are. */
export const servers = {} as { postgres: DatabaseConfig; redis: RedisConfig };
