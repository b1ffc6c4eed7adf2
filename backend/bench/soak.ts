// An hour's events of production's rate in fast motion: does the way from the commit to the consumer stay as short? From the
// tenth minute on a snapshot is open, as of a nightly dump; in the thirtieth Kafka goes, and comes back five minutes later.
// Prints one JSON object: the measurements of each five minutes.
//
//   node --import tsx bench/soak.ts [SECONDS]     how long the hour takes
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Database } from '../src/database/database.ts';
import { Outbox } from '../src/database/outbox.ts';
import { measureOutbox } from '../src/database/outbox-metrics.ts';
import { createPool } from '../src/database/pool.ts';
import { Relay } from '../src/database/relay.ts';
import { EVERYTHING } from '../src/events/catalogue.ts';
import { Kafka } from '../src/events/kafka.ts';
import { createLog } from '../src/log.ts';
import { Metrics } from '../src/metrics.ts';
import { startKafka } from '../test/servers/kafka.ts';
import { freshDatabase, startPostgres } from '../test/servers/postgres.ts';
import type { Program } from '../test/servers/program.ts';
import { servers } from '../test/servers/servers.ts';

/** What a company of some 5 million customers writes to the topic of everything, at 1 KiB an event: ../config/topics.ts. */
const PER_SECOND = 200;
const EVENTS = 3600 * PER_SECOND;
const SECONDS = Number(process.argv[2] ?? 360);
const PARTS = 12;
const PER_CHANGE = 10;
const [SNAPSHOT, AWAY, BACK] = [2, 6, 7];

const programs: Program[] = [];
/** When each event was committed, until it is read: it may be read before the answer to the commit is. */
const committed = new Map<string, { at?: number; part: number }>();

interface Part {
  readonly delays: number[];
  readonly scrapes: number[];
}
const parts: Part[] = Array.from({ length: PARTS }, () => ({ delays: [], scrapes: [] }));

async function main(): Promise<object> {
  servers.postgres = await startPostgres(programs, { fsync: 'on' });
  const bootstrap = await startKafka(programs);
  const kafka = programs.at(-1)!;
  const config = await freshDatabase('soak');
  const [pool, relayPool, log] = [createPool(config, 10, 5000), createPool(config, 1, 15_000), createLog('error')];
  const [bus, metrics] = [new Kafka(bootstrap, log), new Metrics()];
  measureOutbox(metrics, pool);
  const relay = new Relay(relayPool, bus, metrics, log);
  const database = new Database(pool, new Outbox(async () => relay.wake()), 5000);
  const reader = bus.subscribe('soak', [EVERYTHING], async ({ headers }) => {
    const event = committed.get(`${headers['ce_subject']}`);
    if (!event) return;
    committed.delete(`${headers['ce_subject']}`);
    const now = performance.now();
    parts[event.part]!.delays.push(now - (event.at ?? now));
  });
  relay.start();
  await change(database, 0);
  while (committed.size > 0) await sleep(50);
  parts[0]!.delays.length = 0;

  const snapshot = new pg.Client({ ...config });
  await snapshot.connect();
  let made = 0;
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let part = 0; part < PARTS; part += 1) {
    process.stderr.write(`minute ${(60 / PARTS) * part} of 60, ${committed.size} events on their way\n`);
    if (part === SNAPSHOT) {
      await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await snapshot.query('SELECT count(*) FROM customer');
    }
    if (part === AWAY) await kafka.stop('SIGKILL');
    if (part === BACK) kafka.start();
    const end = began + ((part + 1) * 1000 * SECONDS) / PARTS;
    for (let scraped = 0; performance.now() < end; await sleep(5)) {
      const due = ((performance.now() - began) / 1000 / SECONDS) * EVENTS;
      for (; made < due; made += PER_CHANGE) all.push(change(database, part));
      if (performance.now() - scraped < 1000) continue;
      scraped = performance.now();
      const before = performance.now();
      await metrics.registry.metrics();
      parts[part]!.scrapes.push(performance.now() - before);
    }
  }
  await Promise.all(all);
  const last = performance.now() + 300_000;
  while (committed.size > 0 && performance.now() < last) await sleep(100);
  const lost = committed.size;
  await snapshot.end();
  await reader.close();
  await relay.stop();
  await bus.close();
  await Promise.all([pool.end(), relayPool.end()]);
  return {
    events: made,
    lost,
    seconds: SECONDS,
    parts: parts.map(({ delays, scrapes }, part) => ({ ...said(part), ...of(delays, scrapes) })),
  };
}

async function change(database: Database, part: number): Promise<void> {
  const subjects = Array.from({ length: PER_CHANGE }, () => randomUUID());
  for (const subject of subjects) committed.set(subject, { part });
  await database.change('soak', async ({ announce }) => {
    for (const subject of subjects) announce('com.droid.bss.customer.created', subject, 1, { id: subject } as never);
  });
  const at = performance.now();
  for (const subject of subjects) {
    const event = committed.get(subject);
    if (event) event.at = at;
  }
}

const said = (part: number) => ({
  minute: (60 / PARTS) * part,
  what: [part >= SNAPSHOT && 'snapshot', part >= AWAY && part < BACK && 'Kafka away', part === BACK && 'Kafka back']
    .filter(Boolean)
    .join(', '),
});

function of(delays: number[], scrapes: number[]) {
  const at = (values: number[], share: number) =>
    values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
  return {
    delay: { p50: at(delays, 0.5), p99: at(delays, 0.99) },
    scrape: { p50: at(scrapes, 0.5), most: at(scrapes, 1) },
  };
}

try {
  console.log(JSON.stringify(await main()));
} finally {
  await Promise.all(programs.map((program) => program.end()));
}
