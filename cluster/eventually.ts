import { execFileSync } from 'node:child_process';

/** Generous: a deadline ends a run that hangs, it does not measure. */
export const DEADLINE_SECONDS = 300;

/**
 * Blocks until `attempt` gives a value, asking again and again, at first often: a kubectl takes a tenth of a second of a
 * core, and asking all the time would take a sixth of a laptop's two. @throws after the deadline, saying what was awaited.
 */
export function eventually<T>(what: string, attempt: () => T | undefined | false, seconds = DEADLINE_SECONDS): T {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = 0.2; Date.now() < deadline; pause = Math.min(pause * 1.2, 1)) {
    const value = attempt();
    if (value !== undefined && value !== false) return value;
    execFileSync('sleep', [`${pause}`]);
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

/** For people: how long ago that moment was. @param start milliseconds, as `Date.now()` gave them */
export const since = (start: number) => `${((Date.now() - start) / 1000).toFixed(1)} s`;
