import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { startKafka } from './servers/kafka.ts';
import { startPostgres } from './servers/postgres.ts';
import { startRedis } from './servers/redis.ts';

/** Starts the servers that the tests use, runs the files that are named or all that need no Kafka, and stops the servers. */
async function main(named: string[]): Promise<void> {
  const files =
    named.length > 0
      ? named
      : readdirSync('test')
          .filter((name) => name.endsWith('.test.ts'))
          .map((name) => `test/${name}`);
  const kafka = files.some((file) => file.includes('kafka/'));
  const starting = {
    TEST_POSTGRES: startPostgres(),
    TEST_REDIS: startRedis(),
    ...(kafka && { TEST_KAFKA: startKafka() }),
  };
  const started = await Promise.allSettled(Object.values(starting));
  const end = () => Promise.all(started.map((server) => server.status === 'fulfilled' && server.value.program.end()));
  process.once('SIGINT', () => void end().then(() => process.exit(130)));
  try {
    for (const [name, server] of Object.entries(starting)) process.env[name] = JSON.stringify((await server).client);
    const tests = run({ files, concurrency: 2, timeout: 300_000 });
    tests.on('test:fail', () => {
      process.exitCode = 1;
    });
    for await (const line of tests.compose(new spec())) process.stdout.write(line);
  } finally {
    await end();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
