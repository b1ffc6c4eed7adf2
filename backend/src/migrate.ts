import { onStop } from './signals.ts';

// The transaction ends with the connection, and an index that is half made is made anew.
onStop((signal, code) => {
  console.error(
    `Stopped by ${signal}: what was committed stays, and nothing else. Run it again, and it goes on from there.`,
  );
  process.exit(code);
});

async function main(): Promise<void> {
  const [{ readDatabaseConfig }, { migrate }] = await Promise.all([
    import('./config.ts'),
    import('./database/schema.ts'),
  ]);
  // On a direct connection: PgBouncer may give every statement to another server process.
  const files = await migrate(readDatabaseConfig(process.env));
  console.log(files.length > 0 ? `Applied ${files.join(', ')}` : 'Nothing to do');
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
