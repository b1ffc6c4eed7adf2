import { images } from '../config/images';
import { tryKubectl } from './kubectl';
import { Namespace } from './namespace';
import { mainContainer, type Pod } from './pod';

/** A place for pods that the platform's namespace rightly refuses. */
export const TOOLS = 'bss-live-tools';

/** Sends a signal to the process of a pod's main container, from the node: its PID 1 ignores signals from inside. */
export function signal(pod: Pod, name: 'KILL' | 'STOP' | 'CONT'): void {
  const tools = new Namespace(TOOLS);
  const shell = `shell-on-${pod.spec.nodeName}`;
  // Of two who make it at the same moment one is refused.
  if (!tools.pod(shell)) tryKubectl(['apply', '-f', '-'], nodeShell(shell, pod.spec.nodeName));
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
