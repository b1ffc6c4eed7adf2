import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { images } from '../../config/images';
import { kind } from '../../config/kind';
import { eventually, kubectl, Namespace } from '../../test/live/cluster';
import { awaitConverged, manifests, remove } from '../../test/live/installation';
import { type Comparison, compare, type Measurement } from '../figures';
import { bold, say } from '../progress';

/** One of the two ways to run Kafka that are compared. */
export interface Side {
  readonly name: 'ours' | 'stock';
  readonly namespace: Namespace;
  readonly manifests: string;
}

/** What both sides have: AKHQ would take part of the cores on one side only. */
const COMPARED_CHARTS = ['namespace', 'zookeeper', 'kafka', 'topics'];

const namespaces = { ours: 'bench-ours', stock: 'bench-stock' };

function ours(): Side {
  const environment = { ...kind, namespace: namespaces.ours, exposure: undefined };
  return {
    name: 'ours',
    namespace: new Namespace(namespaces.ours),
    manifests: COMPARED_CHARTS.map((chart) => manifests(environment, chart)).join('---\n'),
  };
}

/** @throws when the manifest does not run what ours runs. */
function stock(): Side {
  const text = readFileSync(join(__dirname, 'stock.yaml'), 'utf8');
  const topics = kind.topics.map(
    ({ name, partitions, retention }) =>
      `--topic ${name} --partitions ${partitions} --config retention.ms=${retention.toMilliseconds()}\n`,
  );
  const lacking = [images.zookeeper, images.kafka, ...topics].filter((part) => !text.includes(part));
  if (lacking.length > 0) throw new Error(`bench/kafka/stock.yaml differs from the environment, it lacks ${lacking}`);
  return { name: 'stock', namespace: new Namespace(namespaces.stock), manifests: text };
}

export interface ColdStart {
  /** From apply until the brokers are up and all topics are there. */
  readonly seconds: number;
  readonly restarts: number;
}

export function install({ namespace, manifests }: Side): ColdStart {
  const start = performance.now();
  kubectl(['apply', '-f', '-'], manifests);
  awaitConverged(namespace);
  const seconds = (performance.now() - start) / 1000;
  const containers = namespace.pods().flatMap(({ status }) => status.containerStatuses ?? []);
  const restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
  // A Job may replace its pod instead.
  const failed = namespace.run('get', 'pods', '--field-selector=status.phase=Failed', '-o', 'name');
  return { seconds, restarts: restarts + failed.split('\n').filter(Boolean).length };
}

/** Measures each side in each round, never both at once. @param measure gives the same rows each time */
export function inRounds(rounds: number, measure: (side: Side) => Measurement[]): Comparison[] {
  const sides = [ours(), stock()];
  const measured = { ours: [] as Measurement[][], stock: [] as Measurement[][] };
  cleanly(() => {
    for (let round = 1; round <= rounds; round++) {
      // Who goes first changes: whatever grows or warms up during the run then helps neither.
      for (const side of round % 2 === 1 ? sides : [...sides].reverse()) {
        say(bold(`Round ${round} of ${rounds}, ${side.name}`));
        measured[side.name].push(measure(side));
        removeSides();
      }
    }
  });
  return compare(measured.ours, measured.stock);
}

/** Runs `work`, and leaves nothing behind: not after a failure, and not after Ctrl-C either. */
function cleanly(work: () => void): void {
  const names = Object.values(namespaces);
  const existing = kubectl(['get', 'namespace', ...names, '--ignore-not-found', '-o', 'name']).trim();
  if (existing) {
    throw new Error(
      `${existing.replace(/\s+/g, ' and ')} exists: either a benchmark is running, or one was killed. ` +
        'If none is running: npm run bench remove',
    );
  }
  // Ctrl-C ends the kubectl that runs at the time; that fails, and the failure gets here.
  process.on('SIGINT', () => {});
  try {
    work();
  } catch (failure) {
    say('It failed, or was interrupted.');
    removeSides();
    throw failure;
  }
}

/** Removes both namespaces, and waits until the disk is quiet again. */
export function removeSides(): void {
  say('  removing what is there');
  const names = Object.values(namespaces);
  remove(...names);
  eventually('the volumes to be deleted', () => {
    const volumes: Volume[] = JSON.parse(kubectl(['get', 'persistentvolumes', '-o', 'json'])).items;
    return !volumes.some(
      ({ spec }) => names.includes(spec.claimRef?.namespace ?? '') && spec.persistentVolumeReclaimPolicy === 'Delete',
    );
  });
}

interface Volume {
  readonly spec: { claimRef?: { namespace: string }; persistentVolumeReclaimPolicy: string };
}
