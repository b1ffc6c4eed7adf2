import { eventually, kubectl, type Namespace } from './cluster';
import { nodeNames, rehearsing } from './installation';
import { Load } from './load';
import { nodeCommands, runNodeCommand } from './node';
import { unless } from './unless';

const nodes = nodeNames();
const commands = nodeCommands();
const missing =
  nodes.length < 3
    ? `three nodes are needed, there are ${nodes.length}`
    : commands
      ? undefined
      : 'set LIVE_NODE_STOP and LIVE_NODE_START to commands that take the name of a node';
const onNodes = unless(missing);

let bss: Namespace;
beforeAll(() => {
  if (!missing) bss = rehearsing();
});

const nodesOf = (workload: string) => bss.pods(`app.kubernetes.io/name=${workload}`).map(({ spec }) => spec.nodeName);
const isReadyNode = (node: string) =>
  kubectl(['get', 'node', node, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}']) === 'True';

/** A node whose loss takes neither the cluster's names nor its published ports away. */
function dispensable(): string {
  const names = [
    '-n',
    'kube-system',
    'get',
    'pods',
    '-l',
    'k8s-app=kube-dns',
    '-o',
    'jsonpath={.items[*].spec.nodeName}',
  ];
  const controlPlanes = [
    'get',
    'nodes',
    '-l',
    'node-role.kubernetes.io/control-plane',
    '-o',
    'jsonpath={.items[*].metadata.name}',
  ];
  const needed = [...kubectl(names).split(' '), ...kubectl(controlPlanes).split(' ')];
  return nodesOf('kafka').find((node) => !needed.includes(node))!;
}

onNodes('each node runs one broker and one server of the ensemble', () => {
  expect(new Set(nodesOf('kafka')).size).toBe(3);
  expect(new Set(nodesOf('zookeeper')).size).toBe(3);
});

onNodes('a stopped node costs no acknowledged record, and its return heals', () => {
  const node = dispensable();
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
