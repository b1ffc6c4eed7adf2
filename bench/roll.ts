import { performance } from 'node:perf_hooks';
import { Load, type LoadResult } from '../cluster/kafka/load';
import { comparisonTable, type Measurement, stockIsBetter } from './figures';
import { COMPARED_IMAGES, install, kafkaSides } from './kafka/sides';
import { say, show } from './progress';
import { clusterConditions, type Options, save } from './results';
import { inRounds, oneByOne, type Side } from './rounds';

const LOAD = { name: 'roll', partitions: 6, recordsPerSecond: 12_000, limit: 1_000_000 };

/** A rolling restart of all brokers under load, ours against stock. */
export function roll(options: Options): void {
  const comparisons = inRounds(
    kafkaSides(),
    options.rounds,
    oneByOne((side) => {
      install(side);
      const { seconds, result } = rollUnderLoad(side);
      say(`  rolled in ${seconds.toFixed(1)} s: ${JSON.stringify(result)}`);
      return measurements(seconds, result);
    }),
  );
  const table = comparisonTable(comparisons);
  show(table, stockIsBetter);
  save('roll', options, clusterConditions(options, COMPARED_IMAGES), table, comparisons);
}

function rollUnderLoad({ namespace }: Side): { seconds: number; result: LoadResult } {
  say(`  ${LOAD.limit.toLocaleString('en-US')} records, ${LOAD.recordsPerSecond.toLocaleString('en-US')} each second`);
  const load = new Load(namespace, LOAD);
  const start = performance.now();
  namespace.run('rollout', 'restart', 'statefulset/kafka');
  namespace.awaitRollout('statefulset/kafka');
  const seconds = (performance.now() - start) / 1000;
  return { seconds, result: load.result() };
}

function measurements(seconds: number, result: LoadResult): Measurement[] {
  const row = (row: string, unit: string, value: number): Measurement => ({ row, unit, better: 'less', value });
  return [
    row('the whole roll', 's', seconds),
    row('longest time without any acknowledgement', 'ms', result.longestStallMs),
    row('longest time without one from a partition', 'ms', result.longestPartitionStallMs),
    row('latency', 'ms, p50', result.p50Ms),
    row('latency', 'ms, p99', result.p99Ms),
    row('acknowledged records that were lost', 'records', result.lost),
    row('records that were refused', 'records', result.failed),
    row('records that are there twice', 'records', result.duplicates),
    row('partitions seen with fewer than two in sync', 'times', result.belowMinIsr),
  ];
}
