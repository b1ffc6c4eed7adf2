import { join } from 'node:path';
import pg from 'pg';
import type { DatabaseConfig } from '../../src/config.ts';
import { migrate } from '../../src/database/schema.ts';
import { directory, find, freePort, Program, run, SOMEBODY, versions } from './program.ts';
import { servers } from './servers.ts';

const TEMPLATE = 'template_migrated';
/** Who makes the tables; in the platform it is another role than the application's, too. */
export const OWNER = 'bss';
/** As the platform gives them: ../../../charts/data/postgres/database.sql. */
const RIGHTS = `
  ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO application;
  ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO application;
`;

/** A real server with an empty, migrated template. @param fsync off, as nothing of it survives the tests, unless the time counts */
export async function startPostgres(
  programs: Program[],
  { fsync }: { fsync: 'on' | 'off' } = { fsync: 'off' },
): Promise<DatabaseConfig> {
  const places = versions('/usr/lib/postgresql', 'bin');
  const cwd = directory('postgres');
  const data = join(cwd, 'data');
  await run(
    find('initdb', places, 'postgresql'),
    ['-D', data, '-U', OWNER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    SOMEBODY,
  );
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: cwd,
    fsync,
    max_connections: 200,
  };
  const program = new Program(
    find('postgres', places, 'postgresql'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { cwd, as: SOMEBODY },
  );
  programs.push(program);
  program.start();
  const config = { host: '127.0.0.1', port, database: 'postgres', user: OWNER, password: '', pool: 5, lifetime: 300 };
  await program.until('PostgreSQL', 20, () =>
    sql(config, 'SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  await sql(config, 'CREATE ROLE application LOGIN');
  await sql(config, `CREATE DATABASE ${TEMPLATE}`);
  await sql({ ...config, database: TEMPLATE }, RIGHTS);
  await migrate({ ...config, database: TEMPLATE });
  return config;
}

/** A database of its own for a file of tests, as its application sees it. */
export async function freshDatabase(name: string): Promise<DatabaseConfig> {
  const database = `${name.replaceAll('-', '_')}_${process.pid}`;
  await sql(servers.postgres, `CREATE DATABASE ${database} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
  return { ...servers.postgres, database, user: 'application' };
}

export async function sql(config: DatabaseConfig, text: string): Promise<void> {
  const client = new pg.Client({ ...config });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

/** With a connection of its own. */
export async function connected<T>(config: DatabaseConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...config });
  await client.connect();
  return work(client).finally(() => client.end());
}
