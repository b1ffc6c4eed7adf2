// What safety costs: the same service with three ways of publishing, on real servers on this machine; and, if another
// checkout of this package is named, with the outbox as it is there.
// Prints one JSON object: for each way, the measurements of each round.
//
//   npm run bench -- ROUNDS [DIRECTORY]
import { setTimeout as sleep } from 'node:timers/promises';
import { EVERYTHING } from '../src/events/catalogue.ts';
import { Kafka } from '../src/events/kafka.ts';
import { createLog } from '../src/log.ts';
import { startKafka } from '../test/servers/kafka.ts';
import { freshDatabase, startPostgres } from '../test/servers/postgres.ts';
import { directory, freePort, Program } from '../test/servers/program.ts';
import { servers } from '../test/servers/servers.ts';
import { type Answered, eventName, Load } from './load.ts';

const [ROUNDS, BEFORE] = [Number(process.argv[2]), process.argv[3]];
const WAYS = ['outbox', ...(BEFORE ? (['before'] as const) : []), 'after-commit', 'none'] as const;
type Way = (typeof WAYS)[number];
const [CUSTOMERS, WARM_UP, CLOSED, OPEN] = [32, 3, 10, 15];
const PER_CUSTOMER = 5;

const programs: Program[] = [];
/** When each event was read. */
const read = new Map<string, number>();

async function main(): Promise<void> {
  say('starting PostgreSQL and Kafka');
  // As a server that may lose nothing is set.
  servers.postgres = await startPostgres(programs, { fsync: 'on' });
  const bootstrap = await startKafka(programs);
  const bus = new Kafka(bootstrap, createLog('error'));
  const reader = bus.subscribe('bench', [EVERYTHING], async ({ headers }) => {
    read.set(eventName(`${headers['ce_type']}`, `${headers['ce_subject']}`), performance.now());
  });
  const results = Object.fromEntries(WAYS.map((way): [Way, object[]] => [way, []])) as Record<Way, object[]>;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Another goes first in each round.
    for (let turn = 0; turn < WAYS.length; turn += 1) {
      const way = WAYS[(round + turn) % WAYS.length]!;
      say(`round ${round + 1} of ${ROUNDS}, ${way}`);
      results[way].push(await measure(way, `bench_${round}_${way}`, bootstrap));
    }
  }
  await reader.close();
  await bus.close();
  console.log(JSON.stringify(results));
}

async function measure(way: Way, name: string, bootstrap: string[]): Promise<object> {
  const port = await freePort();
  const server = await startServer(way, name, port, bootstrap);
  const load = new Load(port);
  try {
    await load.closedLoop(CUSTOMERS, WARM_UP);
    const begun = performance.now();
    const closed = await load.closedLoop(CUSTOMERS, CLOSED);
    const perSecond = (1000 * closed.length) / (closed.at(-1)!.at - begun);
    const drained = way === 'none' ? begun : Math.max(...(await whenRead(closed)));
    const open = await load.openLoop(perSecond / 2 / PER_CUSTOMER, OPEN);
    const times = open.map(({ milliseconds }) => milliseconds);
    const delays = way === 'none' ? [] : (await whenRead(open)).map((time, index) => time - open[index]!.at);
    return {
      perSecond,
      events: way === 'none' ? 0 : (1000 * closed.length) / (drained - begun),
      http: { p50: percentile(times, 0.5), p99: percentile(times, 0.99) },
      delay: { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) },
    };
  } finally {
    load.close();
    await server.end();
  }
}

async function startServer(way: Way, name: string, port: number, bootstrap: string[]): Promise<Program> {
  const { host, port: databasePort, database, user } = await freshDatabase(name);
  const server = new Program(
    process.execPath,
    [
      ...['--import', import.meta.resolve('tsx')],
      ...(way === 'before' ? [`${BEFORE}/bench/serve.ts`, 'outbox'] : [`${import.meta.dirname}/serve.ts`, way]),
    ],
    {
      cwd: directory(name),
      env: {
        ...{ PORT: `${port}`, LOG_LEVEL: 'warn', KAFKA_BOOTSTRAP: bootstrap.join(',') },
        ...{ DATABASE_HOST: host, DATABASE_PORT: `${databasePort}`, DATABASE_NAME: database },
        ...{ DATABASE_USER: user, DATABASE_PASSWORD: 'any' },
      },
    },
  );
  programs.push(server);
  server.start();
  await server.until('the service', 30, () =>
    fetch(`http://127.0.0.1:${port}/actuator/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return server;
}

/** When each of these events was read, once all of them were. */
async function whenRead(answered: readonly Answered[]): Promise<number[]> {
  const end = performance.now() + 120_000;
  for (;;) {
    const times = answered.map(({ event }) => read.get(event));
    if (!times.includes(undefined)) return times as number[];
    const missing = times.filter((time) => time === undefined).length;
    if (performance.now() > end) throw new Error(`${missing} of ${times.length} events were never read`);
    await sleep(100);
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

try {
  await main();
} finally {
  await Promise.all(programs.map((program) => program.end()));
}
