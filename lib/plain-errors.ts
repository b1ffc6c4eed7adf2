/** Imported first, so that what goes wrong while other files are read ends in words, too, and not in a stack. */
process.once('uncaughtException', (error: unknown) => {
  console.error(error instanceof Error ? `${place(error)}${error.message}` : error);
  process.exitCode = 1;
});

/**
 * The line of config that gave a library what it refuses, such as `config/kind.ts:28: `: its own words do not name the
 * value.
 */
function place({ stack = '' }: Error): string {
  const refusedByLibrary = /^ +at .*node_modules/.test(stack.slice(stack.search(/^ +at /m)));
  const [, found] = (refusedByLibrary && stack.match(/[\\/](config[\\/][^\s:()]+:\d+):\d+\)?$/m)) || [];
  return found ? `${found}: ` : '';
}
