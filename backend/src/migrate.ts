import { readDatabaseConfig } from './config.ts';
import { migrate } from './database/schema.ts';

// On a direct connection: PgBouncer may give every statement to another server process.
migrate(readDatabaseConfig(process.env)).then(
  (files) => console.log(files.length > 0 ? `Applied ${files.join(', ')}` : 'Nothing to do'),
  (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
