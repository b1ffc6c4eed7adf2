import { type Check, shown } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { whole } from '../../../lib/values/numbers';
import { record } from '../../../lib/values/record';
import { replicas } from '../../../lib/values/scaling';
import { resources } from '../../../lib/values/sizes';
import type { Postgres } from '../postgres/postgres';
import type { PgBouncerSize } from './size';

/** What a PgBouncer may be: each connection is an open file, of which a process has at most 2^20. */
export const pgbouncerSize = record<PgBouncerSize>({
  replicas,
  poolSize: whole(1, 10_000),
  maxClients: whole(1, 1_000_000),
  resources: resources(32),
});

/** CVE-2026-6664: before it, anybody who reaches the port stops the program. https://www.pgbouncer.org/changelog.html */
const LEAST_VERSION = [1, 25, 2];

/** Versions are compared by their numbers, which no pattern does. */
export const pgbouncerImage: Check<string> = (name, value) => {
  const wrong = image()(name, value);
  if (wrong.length > 0) return wrong;
  const [, ...numbers] = `${value}`.match(/:v?(\d+)\.(\d+)\.(\d+)/) ?? [];
  const version = numbers.map(Number);
  const [first] = version.flatMap((part, index) =>
    part === LEAST_VERSION[index] ? [] : [part - LEAST_VERSION[index]!],
  );
  if (version.length === LEAST_VERSION.length && (first ?? 0) >= 0) return [];
  return [
    `${name} is ${shown(value)}: before ${LEAST_VERSION.join('.')} anybody who reaches its port stops it, without a ` +
      `login (CVE-2026-6664). Name ${LEAST_VERSION.join('.')} or newer.`,
  ];
};

/**
 * Pools that leave too few connections to the others: of what a server has none to give, those of people and Jobs are
 * refused. @param surge pods besides while they are replaced. @param lookups connections of each pod for looking up logins
 */
export function budgetErrors(
  { replicas, poolSize }: PgBouncerSize,
  {
    maxConnections,
    reservedConnections,
    databases,
  }: Pick<Postgres, 'maxConnections' | 'reservedConnections' | 'databases'>,
  surge: number,
  lookups: number,
): string[] {
  const pods = replicas + surge;
  const connections = pods * (databases.length * poolSize + lookups);
  const most = Math.floor(((maxConnections - reservedConnections) / pods - lookups) / databases.length);
  if (connections <= maxConnections - reservedConnections) return [];
  return [
    `pgbouncer.poolSize is ${poolSize}: ${pods} pods (${surge} besides while they are replaced) with ${poolSize} ` +
      `connections for each of ${databases.length} databases and ${lookups} for lookups are ${connections}, but of ` +
      `postgres.maxConnections ${maxConnections} Jobs, owners, PgHero and people keep ${reservedConnections}. Set ` +
      (most > 0 ? `poolSize to ${most} or less, or ` : '') +
      `maxConnections to ${connections + reservedConnections} or more.`,
  ];
}
