import { eventually } from '../../cluster/eventually';
import { Load } from '../../cluster/kafka/load';
import type { Namespace } from '../../cluster/namespace';
import { dispensableNode, isReadyNode, runNodeCommand, threeNodes } from '../../cluster/nodes';
import { unless } from '../unless';
import { rehearsing } from './shared';

const { commands, missing } = threeNodes();
const onNodes = unless(missing);

let bss: Namespace;
beforeAll(() => {
  if (!missing) bss = rehearsing();
});

const nodesOf = (workload: string) => bss.pods(`app.kubernetes.io/name=${workload}`).map(({ spec }) => spec.nodeName);
onNodes('each node runs one broker and one server of the ensemble', () => {
  expect(new Set(nodesOf('kafka')).size).toBe(3);
  expect(new Set(nodesOf('zookeeper')).size).toBe(3);
});

onNodes('a stopped node costs no acknowledged record, and its return heals', () => {
  const node = dispensableNode();
  const load = new Load(bss, { name: 'stopped-node', partitions: 6, recordsPerSecond: 2000, avoidNode: node });
  runNodeCommand(commands!.stop, node);
  try {
    eventually('the node not to be ready', () => !isReadyNode(node));
  } finally {
    runNodeCommand(commands!.start, node);
  }
  eventually('the node to be ready', () => isReadyNode(node));
  bss.awaitReady('kafka-0', 'kafka-1', 'kafka-2', 'zookeeper-0', 'zookeeper-1', 'zookeeper-2');
  const result = load.stop();
  console.info(result);
  expect(result).toMatchObject({ lost: 0, failed: 0, belowMinIsr: 0 });
});
