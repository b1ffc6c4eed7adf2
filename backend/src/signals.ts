/**
 * Calls `stop` once when this process is to end. To be called before anything else is loaded: the first process of a
 * container ignores a signal that it has no handler for, and would be killed when its time is over.
 * @param stop is given the exit code that shells have for the signal
 */
export function onStop(stop: (signal: string, code: number) => void): void {
  const codes = { SIGTERM: 143, SIGINT: 130 } as const;
  let stopping = false;
  for (const [signal, code] of Object.entries(codes)) {
    process.once(signal, () => {
      if (!stopping) stop(signal, code);
      stopping = true;
    });
  }
}
