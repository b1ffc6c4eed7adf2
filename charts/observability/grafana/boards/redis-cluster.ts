/** Its series, and not those of the server that the gateway counts in. */
export const CLUSTER = '{job="redis-cluster"}';

/** How much of what it may take for keys a server uses. */
export const MEMORY_SHARE = `redis_memory_used_bytes${CLUSTER} / (redis_memory_max_bytes${CLUSTER} > 0)`;
