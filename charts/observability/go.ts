import type { Size } from 'cdk8s';

/** From nine tenths of the memory limit on, Go looks harder for what it can free. */
export const goMemory = (limit: Size) => ({ GOMEMLIMIT: `${Math.floor(limit.toMebibytes() * 0.9)}MiB` });
