import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { awaitConverged } from '../../cluster/installation';
import { kubectl } from '../../cluster/kubectl';
import { images } from '../../config/images';
import { kind } from '../../config/kind';
import { ours, type Side, stock } from '../rounds';

/** What both sides have: AKHQ would take part of the cores on one side only. */
const COMPARED_CHARTS = ['namespace', 'zookeeper', 'kafka', 'topics'];

/** Of both sides, too. */
export const COMPARED_IMAGES = [images.zookeeper, images.kafka];

/** Where the stock start makes its topics, in the script of its Job. */
const TOPICS = '# the topics of the catalogue: see sides.ts';

const topics = kind.topics.map(
  ({ name, partitions, retention }) =>
    `create --topic ${name} --partitions ${partitions} --config retention.ms=${retention.toMilliseconds()}`,
);

export function kafkaSides(): Side[] {
  const side = stock(join(__dirname, 'stock.yaml'), [...COMPARED_IMAGES, TOPICS]);
  return [
    ours(COMPARED_CHARTS),
    { ...side, manifests: side.manifests.replace(TOPICS, topics.join(`\n${' '.repeat(14)}`)) },
  ];
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
