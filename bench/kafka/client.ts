import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../charts/messaging/kafka/kafka';
import { clientLabels } from '../../charts/platform';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { startPod } from '../../cluster/tool-pod';
import { nativeFile } from '../../lib/native-file';
import type { Measurement } from '../figures';
import type { BothSides, Side } from '../rounds';

const NAME = 'bench';
const DIRECTORY = '/etc/bench';

/** Runs Bench.java beside the brokers, and gives its figures. What it is doing appears while it does it. */
export function runClient(sides: Side[]): BothSides {
  const { namespace } = sides.find(({ name }) => name === 'ours')!;
  startClient(namespace);
  namespace.awaitReady(NAME);
  const java = [
    ...[
      'java',
      '-Xms900m',
      '-Xmx900m',
      '-XX:+UseParallelGC',
      `-Dlog4j.configuration=file:${DIRECTORY}/log4j.properties`,
    ],
    ...['--source', '11', '-cp', '/usr/share/java/kafka/*', `${DIRECTORY}/Bench.java`],
    ...sides.map(({ name, namespace: { name: where } }) => `${name}=kafka.${where}:9092`),
  ];
  // Not by asking for the log again and again: every kubectl that starts would be part of the load.
  const run = spawnSync('kubectl', ['-n', namespace.name, 'exec', NAME, '--', ...java], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`the client in ${namespace.name} ended with ${run.status ?? run.signal}`);
  const both: BothSides = { ours: [], stock: [] };
  for (const line of run.stdout.split('\n').filter((line) => line.startsWith('{'))) {
    const { side, row, ...figures }: Line = JSON.parse(line);
    both[side].push(...measurements(row, figures));
  }
  return both;
}

/** What Bench.java prints. */
type Line = { side: Side['name']; row: string } & Record<string, number>;

/** The figures of Bench.java, and in which rows each is worth a line in the table. */
const FIGURES: Record<string, { unit: string; better: 'more' | 'less'; shownFor: RegExp }> = {
  recordsPerSecond: { unit: 'records/s', better: 'more', shownFor: /^throughput/ },
  meanMs: { unit: 'ms, mean', better: 'less', shownFor: /^latency|^end to end/ },
  p50Ms: { unit: 'ms, p50', better: 'less', shownFor: /^latency|^end to end/ },
  p95Ms: { unit: 'ms, p95', better: 'less', shownFor: /^$/ },
  p99Ms: { unit: 'ms, p99', better: 'less', shownFor: /^latency|^end to end/ },
  p999Ms: { unit: 'ms, p99.9', better: 'less', shownFor: /^$/ },
};

function measurements(row: string, figures: Record<string, number>): Measurement[] {
  return Object.entries(FIGURES)
    .filter(([name]) => name in figures)
    .map(([name, { unit, better, shownFor }]) => {
      return { row, unit, better, value: figures[name]!, detail: !shownFor.test(row) };
    });
}

/** A pod that waits to be told what to run. It is one of ours: stock has no policies that would keep it out. */
function startClient(namespace: Namespace): void {
  kubectl(['apply', '-f', join(__dirname, 'client-reaches-stock.yaml')]);
  const file = (name: string) => [`${DIRECTORY}/${name}`, nativeFile(__dirname, name)];
  startPod(namespace, {
    name: NAME,
    labels: clientLabels(CLIENT_ROLE),
    command: ['sleep', 'infinity'],
    files: Object.fromEntries(['Bench.java', 'log4j.properties'].map(file)),
    scratch: { '/tmp': Size.mebibytes(16) },
    resources: { cpu: 500, memory: Size.mebibytes(1024), memoryLimit: Size.mebibytes(1536) },
  });
}
