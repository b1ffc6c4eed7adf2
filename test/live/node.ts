import { execFileSync } from 'node:child_process';
import { images } from '../../config/images';
import { kubectl, Namespace, type Pod } from './cluster';

/** A place for pods that the platform's namespace rightly refuses. */
export const TOOLS = 'bss-live-tools';

/** Sends a signal to the process of a pod's container, from the node: its PID 1 ignores signals from inside. */
export function signal(pod: Pod, name: 'KILL' | 'STOP' | 'CONT'): void {
  const tools = new Namespace(TOOLS);
  const shell = `shell-on-${pod.spec.nodeName}`;
  if (!tools.pod(shell)) kubectl(['apply', '-f', '-'], nodeShell(shell, pod.spec.nodeName));
  tools.awaitReady(shell);
  const container = pod.status.containerStatuses![0]!.containerID.replace(/^.*:\/\//, '');
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
export function nodeCommands(): { stop: string; start: string } | undefined {
  const { LIVE_NODE_STOP: stop, LIVE_NODE_START: start } = process.env;
  if (stop && start) return { stop, start };
  const context = kubectl(['config', 'current-context']).trim();
  return context.startsWith('kind-') ? { stop: 'docker stop', start: 'docker start' } : undefined;
}

export function runNodeCommand(command: string, node: string): void {
  execFileSync('sh', ['-c', `${command} ${node}`], { stdio: ['ignore', 'ignore', 'inherit'] });
}
