import { Size } from 'cdk8s';

/**
 * The part of its memory limit that a server may fill with keys. What a snapshot or a rewrite of the log copies while
 * clients write comes on top, as do the buffers of clients and replicas: 1.2 times the keys measured, more on slow disks.
 */
const SHARE = { persistent: 0.6, volatile: 0.75 };

/** The share of the limit above which a server is killed sooner or later. */
const MOST = { persistent: 0.65, volatile: 0.8 };

/** A log, the log that replaces it, and a snapshot. */
const FILES_PER_KEYSPACE = 3;

type Kind = keyof typeof SHARE;

export const derivedMaxmemory = (limit: Size, kind: Kind): Size =>
  Size.mebibytes(Math.floor(limit.toMebibytes() * SHARE[kind]));

export function maxmemoryErrors(name: string, maxmemory: Size, limit: Size, kind: Kind): string[] {
  const [asked, most] = [maxmemory.toMebibytes(), Math.floor(limit.toMebibytes() * MOST[kind])];
  return asked <= most
    ? []
    : [
        `${name}.maxmemory is ${asked} MiB, but of a memory limit of ${limit.toMebibytes()} MiB keys may take ${most} MiB: ` +
          `a snapshot and the buffers of clients need the rest. Lower it, leave it out, or raise resources.memoryLimit to ` +
          `${Math.ceil(asked / MOST[kind])} MiB.`,
      ];
}

export function claimErrors(name: string, disk: Size, maxmemory: Size): string[] {
  const [has, needs] = [disk.toMebibytes(), maxmemory.toMebibytes() * FILES_PER_KEYSPACE];
  return has >= needs
    ? []
    : [
        `${name}.disk is ${has} MiB, but ${maxmemory.toMebibytes()} MiB of keys need ${needs} MiB: the log, the log that ` +
          `replaces it, and a snapshot. Raise it to ${needs} MiB.`,
      ];
}
