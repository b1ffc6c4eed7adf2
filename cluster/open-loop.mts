import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Begins `work` so many times a second, whether what was begun is done or not; at the end waits for all of it. */
export async function openLoop(
  perSecond: number,
  work: (number: number) => Promise<void>,
  isOver = () => existsSync('/tmp/stop'),
): Promise<void> {
  console.log('READY');
  const start = performance.now();
  const pending = new Set<Promise<void>>();
  for (let begun = 0; !isOver(); await sleep(10)) {
    for (; begun < ((performance.now() - start) / 1000) * perSecond; begun++) {
      const one: Promise<void> = work(begun).finally(() => pending.delete(one));
      pending.add(one);
    }
  }
  await Promise.all(pending);
}

/** Of latencies in milliseconds. */
export function percentiles(latencies: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number) => Math.round(100 * (sorted[Math.floor((sorted.length - 1) * share)] ?? 0)) / 100;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
