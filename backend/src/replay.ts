import { parseArgs } from 'node:util';
import { onStop } from './signals.ts';

let reached = '';

// What was done is committed, and has no effect when it is given once more.
onStop((signal, code) => {
  console.error(`Stopped by ${signal}${reached}. Run it again.`);
  process.exit(code);
});

const DEADLINE = 30_000;

async function main(): Promise<void> {
  const [{ readConfig }, { consumers }, { Processor }, { Database }, { Outbox }, { createPool }] = await Promise.all([
    import('./config.ts'),
    import('./consumers/all.ts'),
    import('./consumers/processor.ts'),
    import('./database/database.ts'),
    import('./database/outbox.ts'),
    import('./database/pool.ts'),
  ]);
  const [{ Kafka }, { createLog }, { Metrics }] = await Promise.all([
    import('./events/kafka.ts'),
    import('./log.ts'),
    import('./metrics.ts'),
  ]);

  const names = consumers.map(({ name }) => name);
  const { name, topic, partition, range } = question(names);
  const consumer = consumers.find((consumer) => consumer.name === name)!;
  const config = readConfig(process.env);
  // On standard error: standard output has the result only.
  const log = createLog(config.logLevel, 2);
  const pool = createPool(config.database, 1, DEADLINE);
  const bus = new Kafka(config.kafka.bootstrap, log);
  // Events that this causes wait in the outbox for the relay of a running backend.
  const database = new Database(pool, new Outbox(async () => {}), DEADLINE);
  const processor = new Processor(consumer, database, new Metrics(), log);
  const counts: Record<string, number> = {};
  const never = new AbortController().signal;
  try {
    await bus.read({ topic, partition }, range, async (message) => {
      const outcome = await processor.process(message, never);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      reached = ` after offset ${message.offset}: ${JSON.stringify(counts)}`;
    });
    console.log(JSON.stringify(counts));
  } finally {
    await bus.close();
    await pool.end();
  }
}

/** What is asked for. @throws Error that says how to ask */
function question(names: readonly string[]) {
  const usage = `node dist/replay.js --consumer NAME --topic TOPIC --partition N --first OFFSET [--last OFFSET]
Gives the events of one partition to one consumer again. Those that have had their effect have none.
Consumers: ${names.join(', ')}`;
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { consumer: text, topic: text, partition: text, first: text, last: text } });
  const { consumer: name = '', topic, partition = '', first = '', last } = values;
  const numbers = [partition, first, ...(last === undefined ? [] : [last])];
  if (!names.includes(name) || !topic || !numbers.every((number) => /^\d{1,18}$/.test(number))) throw new Error(usage);
  const range = { first: BigInt(first), ...(last !== undefined && { last: BigInt(last) }) };
  return { name, topic, partition: Number(partition), range };
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
