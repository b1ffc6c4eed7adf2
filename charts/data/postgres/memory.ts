import { Size } from 'cdk8s';

/**
 * What a memory limit is spent on. The rest is for the server's own processes; the page cache takes what is free.
 * @see https://www.postgresql.org/docs/17/runtime-config-resource.html
 */
const SHARE = {
  sharedBuffers: 1 / 4,
  /** `/dev/shm`, through which the workers of a parallel query exchange rows. */
  parallelQueries: 1 / 8,
  maintenance: 1 / 16,
  autovacuum: 1 / 64,
  connections: 1 / 2,
};
const AUTOVACUUM_WORKERS = 3;

/**
 * Memory of each connection: its process with the catalogue it has read, in MiB, and how many sorts and hashes one
 * query runs at once.
 */
export const CONNECTION = {
  process: 4,
  workAreas: 4,
  /** MiB of each of them. */
  leastWorkArea: 1,
};
const LEAST_CONNECTION = CONNECTION.process + CONNECTION.workAreas * CONNECTION.leastWorkArea;

/** What the server may count on finding in the page cache, besides its own buffers. */
const CACHED = 0.7;

const part = (limit: Size, share: number) => Math.floor(limit.toMebibytes() * share);

export const sharedMemory = (limit: Size) => Size.mebibytes(part(limit, SHARE.parallelQueries));

/** Lines of postgresql.conf. */
export function memorySettings(limit: Size, maxConnections: number): Record<string, string> {
  const connection = part(limit, SHARE.connections) / maxConnections;
  return {
    shared_buffers: `${part(limit, SHARE.sharedBuffers)}MB`,
    effective_cache_size: `${part(limit, CACHED)}MB`,
    maintenance_work_mem: `${part(limit, SHARE.maintenance)}MB`,
    autovacuum_max_workers: `${AUTOVACUUM_WORKERS}`,
    autovacuum_work_mem: `${part(limit, SHARE.autovacuum)}MB`,
    work_mem: `${Math.floor(((connection - CONNECTION.process) / CONNECTION.workAreas) * 1024)}kB`,
  };
}

/** What all of it adds up to at its worst, as a share of the limit. */
export const spentShare =
  SHARE.sharedBuffers +
  SHARE.parallelQueries +
  SHARE.maintenance +
  AUTOVACUUM_WORKERS * SHARE.autovacuum +
  SHARE.connections;

/** The most connections that have memory below that limit. */
export const mostConnections = (limit: Size): number => Math.floor(part(limit, SHARE.connections) / LEAST_CONNECTION);

/** The least limit, in MiB, below which so many connections have memory. */
export const leastLimit = (connections: number): number => (connections * LEAST_CONNECTION) / SHARE.connections;
