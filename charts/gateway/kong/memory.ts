import { Size } from 'cdk8s';

/** MiB of one worker under load: 118 measured, and twice that for large answers and long connections. */
const WORKER = 300;

/** The master process and the small shared tables. */
const BASE = 100;

/** Each of the two caches of entities: this platform has a dozen. Kong's own default is 128 MiB. */
export const CACHE_MEBIBYTES = 32;

export const PREFIX = '/kong_prefix';

/**
 * What counts as memory of the pod: Kong's prefix has all keys and the password of its database, and the `kong` command
 * writes to /tmp. A quarter of a MiB is used.
 */
export const MEMORY_VOLUMES = { [PREFIX]: Size.mebibytes(16), '/tmp': Size.mebibytes(8) };

/** The configuration with its keys, beside them. */
export const RENDERED_VOLUME = Size.mebibytes(4);

/** MiB. Below it a worker is killed under load, and no restart, no event and no status of the pod shows it. */
export const leastMemory = (workers: number): number =>
  [...Object.values(MEMORY_VOLUMES), RENDERED_VOLUME].reduce(
    (sum, volume) => sum + volume.toMebibytes(),
    workers * WORKER + 2 * CACHE_MEBIBYTES + BASE,
  );

/** One for each whole core that is asked for: Kong itself would take one for each core of the node. */
export const workersFor = (cpu: number): number => Math.max(1, Math.floor(cpu / 1000));
