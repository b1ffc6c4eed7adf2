import { Size } from 'cdk8s';

/**
 * The part of its memory limit that a server may fill with keys. What a snapshot or a rewrite of the log copies while
 * clients write comes on top, as do the buffers of clients and replicas: 1.2 times the keys measured, more on slow disks.
 */
const SHARE = { persistent: 0.6, volatile: 0.75 };

/** The share of the limit above which a server is killed sooner or later. */
const MOST = { persistent: 0.65, volatile: 0.8 };

/** Whether a server writes its keys to a disk. */
export type Kind = keyof typeof SHARE;

/** The keys of a server that an environment says nothing else of. */
export const derivedMaxmemory = (limit: Size, kind: Kind): Size =>
  Size.mebibytes(Math.floor(limit.toMebibytes() * SHARE[kind]));

/** The most keys, in MiB, that fit into that limit. */
export const mostMaxmemory = (limit: Size, kind: Kind): number => Math.floor(limit.toMebibytes() * MOST[kind]);

/** The least limit, in MiB, into which so many keys fit. */
export const leastLimit = (maxmemory: Size, kind: Kind): number => Math.ceil(maxmemory.toMebibytes() / MOST[kind]);
