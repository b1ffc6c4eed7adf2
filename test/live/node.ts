import { execFileSync } from 'node:child_process';
import { images } from '../../config/images';
import { kubectl, mainContainer, Namespace, type Pod } from './cluster';
import { nodeNames } from './installation';

/** A place for pods that the platform's namespace rightly refuses. */
export const TOOLS = 'bss-live-tools';

/** Sends a signal to the process of a pod's main container, from the node: its PID 1 ignores signals from inside. */
export function signal(pod: Pod, name: 'KILL' | 'STOP' | 'CONT'): void {
  const tools = new Namespace(TOOLS);
  const shell = `shell-on-${pod.spec.nodeName}`;
  if (!tools.pod(shell)) kubectl(['apply', '-f', '-'], nodeShell(shell, pod.spec.nodeName));
  tools.awaitReady(shell);
  const container = mainContainer(pod)!.containerID.replace(/^.*:\/\//, '');
  tools.exec(shell, 'bash', '-c', `kill -s ${name} $(grep -sl ${container} /proc/[0-9]*/cgroup | cut -d/ -f3)`);
}

function nodeShell(name: string, nodeName: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: TOOLS, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: TOOLS },
        spec: {
          nodeName,
          hostPID: true,
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'shell',
              image: images.kafka,
              command: ['sleep', 'infinity'],
              securityContext: { privileged: true, runAsUser: 0 },
            },
          ],
        },
      },
    ],
  });
}

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
