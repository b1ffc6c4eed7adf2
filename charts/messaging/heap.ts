import type { Size } from 'cdk8s';
import type { Resources } from '../../lib/container';

/** The size as `-Xms` and `-Xmx` take it. */
export const heapFlag = (heap: Size) => `${heap.toMebibytes()}m`;

/** Metaspace, threads, direct buffers and above all the page cache need the other half of the limit. */
export function heapErrors(component: string, heap: Size, { memoryLimit }: Resources): string[] {
  const [heapMiB, limitMiB] = [heap.toMebibytes(), memoryLimit.toMebibytes()];
  if (heapMiB * 2 <= limitMiB) return [];
  return [
    `${component}.heap is ${heapMiB} MiB, more than half of the memory limit of ${limitMiB} MiB: ` +
      `the rest is page cache and what the JVM needs beside its heap. ` +
      `Set ${component}.heap to ${Math.floor(limitMiB / 2)} MiB or less, or the limit to ${heapMiB * 2} MiB or more.`,
  ];
}
