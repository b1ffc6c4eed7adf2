import { parseArgs } from 'node:util';
import { backend } from './backend/backend';
import { soak } from './backend/soak';
import { build } from './build';
import { kafka } from './kafka/kafka';
import { kong } from './kong/kong';
import { metrics } from './metrics/metrics';
import { say } from './progress';
import { heal } from './redis/heal';
import { redis } from './redis/redis';
import { LEAST_ROUNDS, type Options } from './results';
import { roll } from './roll';
import { removeSides } from './rounds';

interface Benchmark {
  readonly what: string;
  readonly run: (options: Options) => void;
}

const benchmarks: Record<string, Benchmark> = {
  kafka: {
    what: 'cold start, throughput and latency, against the stock start of the same images (cluster)',
    run: kafka,
  },
  roll: { what: 'a rolling restart under load, against the same (cluster)', run: roll },
  redis: { what: 'GET and SET of one server, against a bare redis-server with the same flags (cluster)', run: redis },
  heal: { what: 'how long a Redis Cluster needs after all its pods were deleted, 20 times (cluster)', run: heal },
  backend: { what: 'what the outbox costs, against publishing after the commit (no cluster)', run: backend },
  soak: { what: 'an hour of events in fast motion, with a snapshot open and Kafka away (no cluster)', run: soak },
  kong: { what: 'what each plugin of the gateway costs, beside a bare nginx (cluster)', run: kong },
  metrics: {
    what: 'what it costs to be asked for metrics, in turns with Prometheus and without (cluster)',
    run: metrics,
  },
  build: { what: 'how long npm run synth and npm test take', run: build },
  remove: { what: 'removes what a benchmark that was killed left in the cluster', run: removeSides },
};

const USAGE = [
  'npm run bench <name> [-- --rounds 3 --date 2024-02-29 --before COMMIT]',
  '',
  ...Object.entries(benchmarks).map(([name, { what }]) => `  ${name.padEnd(8)}${what}`),
  '',
  `Those marked "cluster" use the current context of kubectl. Fewer than ${LEAST_ROUNDS} rounds are a trial and not kept.`,
  'backend and soak measure the outbox of another commit beside this one, if you name it.',
].join('\n');

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: String(LEAST_ROUNDS) },
      date: { type: 'string' },
      before: { type: 'string' },
    },
  });
  const [name, ...more] = positionals;
  if (name === undefined) {
    say(USAGE);
    return;
  }
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (!benchmark || more.length > 0) throw new Error(`there is no benchmark "${positionals.join(' ')}"\n\n${USAGE}`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is "${values.rounds}", and must be 1 or more`);
  benchmark.run({ rounds, date: values.date, before: values.before });
}

try {
  main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
