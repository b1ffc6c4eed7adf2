import { readdirSync } from 'node:fs';
import { after, describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startPostgres } from './servers/postgres.ts';
import type { Program } from './servers/program.ts';
import { startRedis } from './servers/redis.ts';
import { servers } from './servers/servers.ts';

/** Files that set the clock, or stop servers, which are everybody's. */
const isAlone = (file: string) => /^test\/(kafka\/.*|operation\.test\.ts|seldom\.test\.ts)$/.test(file);
/** Of the others, which wait for most of their time. */
const AT_ONCE = 4;

const isTest = (name: string) => name.endsWith('.test.ts');
const filesOf = (place: string) =>
  isTest(place)
    ? [place]
    : readdirSync(place)
        .filter(isTest)
        .map((name) => `${place}/${name}`);

/** Starts the servers that tests use, runs the files and directories that are named, or all that need no Kafka, and stops the servers. */
async function main(named: string[]): Promise<void> {
  const files = (named.length > 0 ? named : ['test']).flatMap(filesOf);
  const started: Program[][] = [[], []];
  after(() => Promise.all(started.flat().map((program) => program.end())));
  // What all files use takes as long to load as the servers need to start.
  const [postgres, redis] = await Promise.all([
    startPostgres(started[0]!),
    startRedis(started[1]!),
    import('./service.ts'),
  ]);
  Object.assign(servers, { postgres, redis, programs: { postgres: started[0]![0], redis: started[1]![0] } });
  // In one process: many that each load everything would take longer than the tests.
  const load = (file: string) => import(pathToFileURL(file).href);
  // Named before anything is awaited: the runner ends, and our servers with it, when all that it knows has ended.
  const suite = (file: string) => describe(file, { concurrency: 1 }, async () => void (await load(file)));
  describe('at once', { concurrency: AT_ONCE }, () => files.filter((file) => !isAlone(file)).forEach(suite));
  files.filter(isAlone).forEach(suite);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
