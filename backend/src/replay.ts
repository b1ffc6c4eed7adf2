import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { consumers } from './consumers/all.ts';
import { Processor } from './consumers/processor.ts';
import { Database } from './database/database.ts';
import { Outbox } from './database/outbox.ts';
import { createPool } from './database/pool.ts';
import { Kafka } from './events/kafka.ts';
import { createLog } from './log.ts';
import { Metrics } from './metrics.ts';

const USAGE = `node dist/replay.js --consumer NAME --topic TOPIC --partition N --first OFFSET [--last OFFSET]
Gives the events of one partition to one consumer again. Those that have had their effect have none.
Consumers: ${consumers.map(({ name }) => name).join(', ')}`;

const DEADLINE = 30_000;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { consumer: text, topic: text, partition: text, first: text, last: text } });
  const { topic, partition = '', first = '', last = `${Number.MAX_SAFE_INTEGER}` } = values;
  const consumer = consumers.find(({ name }) => name === values.consumer);
  if (!consumer || !topic || ![partition, first, last].every((number) => /^\d+$/.test(number))) throw new Error(USAGE);

  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const pool = createPool(config.database, 1, DEADLINE);
  const bus = new Kafka(config.kafka.bootstrap, log);
  // Events that this causes wait in the outbox for the relay of a running backend.
  const database = new Database(pool, new Outbox(async () => {}), DEADLINE);
  const processor = new Processor(consumer, database, new Metrics(pool), log);
  const counts: Record<string, number> = {};
  const closing = new AbortController().signal;
  try {
    const range = { first: BigInt(first), last: BigInt(last) };
    await bus.read({ topic, partition: Number(partition) }, range, async (message) => {
      const outcome = await processor.process(message, closing);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    });
    console.log(JSON.stringify(counts));
  } finally {
    await bus.close();
    await pool.end();
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
