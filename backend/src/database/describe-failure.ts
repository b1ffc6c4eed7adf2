import type { PoolOptions } from 'pg';
import { isLogin } from './transient.ts';

type Place = Pick<PoolOptions, 'user' | 'database' | 'host' | 'port'>;

const LONGEST_REASON = 200;

/**
 * In one line: whom the database has refused or failed, where it is, and what to look at.
 * @param place as it stands in the options of a pool
 */
export function describeFailure(error: unknown, { user, database, host, port }: Place): string {
  const { message, code } = error as { message?: string; code?: string };
  const said = (message || code || `${error}`).replaceAll(/\s+/g, ' ').slice(0, LONGEST_REASON);
  const login = isLogin(error)
    ? ': look whether DATABASE_PASSWORD (or the first line of its file) is the password of this role, and the role may use this database'
    : '';
  return `role ${user}, database ${database} at ${host}:${port}: ${said}${login}`;
}
