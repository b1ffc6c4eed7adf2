import type { DatabaseConfig, RedisConfig } from '../../src/config.ts';
import type { Program } from './program.ts';

/** Where the servers of this run are. */
export const servers = {} as {
  postgres: DatabaseConfig;
  redis: RedisConfig;
  programs: { postgres: Program; redis: Program };
};
