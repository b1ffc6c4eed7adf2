import type { Backend } from './backend.ts';
import { onStop } from './signals.ts';

let backend: Backend | undefined;
let say = (_more: object, _message: string): void => {};

onStop((signal) => {
  // Nothing has begun that would have to be finished.
  if (!backend) process.exit(0);
  say({ signal }, 'stopping');
  backend.stop().then(() => {
    say({}, 'stopped');
    process.exit(0);
  }, fail);
});

async function main(): Promise<void> {
  const [{ startBackend }, { readConfig }, { createLog }] = await Promise.all([
    import('./backend.ts'),
    import('./config.ts'),
    import('./log.ts'),
  ]);
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  say = (more, message) => log.info(more, message);
  backend = await startBackend(config, log);
  say({ port: config.port }, 'started');
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

main().catch(fail);
