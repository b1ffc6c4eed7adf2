import type { Endpoint } from '../../../lib/endpoint';
import type { SecretKey } from '../../../lib/secret';

/** One database of the platform. */
export interface Database {
  /**
   * Name of the database, and of the role that applications log in with: 1 to 32 of the characters a-z, 0-9 and `_`, a
   * letter first.
   */
  readonly name: string;
  /** What is in it, in a few words. */
  readonly holds: string;
}

/** A server for a client of one database, and the role that it logs in as. */
export interface DatabaseLogin {
  readonly server: Endpoint;
  readonly database: string;
  readonly role: string;
  readonly password: SecretKey;
}

/** The role that owns the tables, so that no application can change them. */
export const ownerOf = ({ name }: Database) => `${name}_migrations`;

/** Roles that no database brings along, and what each does with its password. */
export const SERVER_ROLES: Record<string, string> = {
  postgres: 'password of the superuser, for the Jobs. Read once, at the first start',
  pgbouncer: 'password with which PgBouncer looks up what applications log in with',
  pghero: 'password with which PgHero reads statistics, and no table',
};

/** The role of the metrics exporter: without a password, it is let in from the server's own pod alone. */
export const EXPORTER_ROLE = 'exporter';

/** Each role that logs in with a password, and what its password is for. */
export function rolesOf(databases: readonly Database[]): Record<string, string> {
  const pairs = databases.flatMap((database) => [
    [database.name, `password of the applications of database \`${database.name}\`: reads and writes rows`],
    [ownerOf(database), `password of the migrations of database \`${database.name}\`, whose tables it owns`],
  ]);
  return { ...SERVER_ROLES, ...Object.fromEntries(pairs) };
}
