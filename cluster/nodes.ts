import { execFileSync } from 'node:child_process';
import { kubectl } from './kubectl';

export const nodeNames = () =>
  kubectl(['get', 'nodes', '-o', 'name'])
    .trim()
    .split('\n')
    .map((name) => name.replace('node/', ''));

/** Commands that take a node away and give it back; the node's name is appended. @returns undefined where nobody knows how */
function nodeCommands(): { stop: string; start: string } | undefined {
  const { LIVE_NODE_STOP: stop, LIVE_NODE_START: start } = process.env;
  if (stop && start) return { stop, start };
  const context = kubectl(['config', 'current-context']).trim();
  return context.startsWith('kind-') ? { stop: 'docker stop', start: 'docker start' } : undefined;
}

export function runNodeCommand(command: string, node: string): void {
  execFileSync('sh', ['-c', `${command} ${node}`], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** How to take away one of three nodes, or what is missing for that. */
export function threeNodes(): { commands?: { stop: string; start: string }; missing?: string } {
  const [nodes, commands] = [nodeNames(), nodeCommands()];
  if (nodes.length < 3) return { missing: `three nodes are needed, there are ${nodes.length}` };
  return commands
    ? { commands }
    : { missing: 'set LIVE_NODE_STOP and LIVE_NODE_START to commands that take the name of a node' };
}

export const isReadyNode = (node: string) =>
  kubectl(['get', 'node', node, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}']) === 'True';

/** A node whose loss does not take the cluster's published ports away, and from which the cluster's names were moved. */
export function dispensableNode(): string {
  const controlPlanes = namesOf(['nodes', '-l', 'node-role.kubernetes.io/control-plane'], '.metadata.name');
  const node = nodeNames().find((name) => !controlPlanes.includes(name))!;
  const dns = ['pods', '-n', 'kube-system', '-l', 'k8s-app=kube-dns'];
  if (namesOf(dns, '.spec.nodeName').includes(node)) {
    kubectl(['cordon', node]);
    try {
      kubectl(['delete', ...dns, '--field-selector', `spec.nodeName=${node}`]);
      kubectl(['wait', ...dns, '--for=condition=Ready', '--timeout=120s']);
    } finally {
      kubectl(['uncordon', node]);
    }
  }
  return node;
}

const namesOf = (what: string[], path: string) =>
  kubectl(['get', ...what, '-o', `jsonpath={.items[*]${path}}`]).split(' ');
