import { startBackend } from './backend.ts';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const backend = await startBackend(config, log);
  log.info({ port: config.port }, 'started');
  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping');
    await backend.stop();
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
