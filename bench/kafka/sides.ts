import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { images } from '../../config/images';
import { kind } from '../../config/kind';
import { kubectl, Namespace } from '../../test/live/cluster';
import { awaitConverged, manifests } from '../../test/live/installation';
import { NAMESPACES, type Side } from '../rounds';

/** What both sides have: AKHQ would take part of the cores on one side only. */
const COMPARED_CHARTS = ['namespace', 'zookeeper', 'kafka', 'topics'];

function ours(): Side {
  const environment = { ...kind, namespace: NAMESPACES.ours, exposure: undefined };
  return {
    name: 'ours',
    namespace: new Namespace(NAMESPACES.ours),
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
  return { name: 'stock', namespace: new Namespace(NAMESPACES.stock), manifests: text };
}

export const kafkaSides = (): Side[] => [ours(), stock()];

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
