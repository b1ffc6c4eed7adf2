import { PLATFORM } from '../charts/platform';
import { images } from '../config/images';
import * as k8s from '../imports/k8s';
import { Component } from '../lib/component';
import { Platform } from '../lib/platform';
import { type PodProps, podTemplate } from '../lib/pod';
import { kubectl } from './kubectl';
import type { Namespace } from './namespace';

export interface ToolPodProps extends Omit<PodProps, 'image' | 'user' | 'graceSeconds'> {
  /** @default - Kafka's, which has many tools */
  readonly image?: string;
  readonly name: string;
  /** Labels that open ways: a client's role, or another workload's name. @default - none */
  readonly labels?: Record<string, string>;
  /** Node that the pod must survive. @default - none */
  readonly avoidNode?: string;
}

class ToolPod extends Component {}

/** Starts a pod beside the platform, as restricted as the platform's own, unless it says otherwise with the tools of Kafka's image. */
export function startPod(namespace: Namespace, { name, labels, avoidNode, ...props }: ToolPodProps): void {
  const app = new Platform(PLATFORM, namespace.name);
  const chart = new ToolPod(app, name, 'test');
  const { metadata, spec } = podTemplate(
    chart,
    { image: images.kafka, user: 1000, graceSeconds: 1, ...props },
    { name, labels: { ...labels, tool: name }, restartPolicy: 'Never' },
  );
  const affinity = avoidNode ? { nodeAffinity: elsewhere(avoidNode) } : undefined;
  new k8s.KubePod(chart, 'resource', { metadata: { ...metadata, name }, spec: { ...spec!, affinity } });
  for (const object of chart.apiObjects) object.metadata.addLabel('tool', name);
  kubectl(['apply', '-f', '-'], app.synthYaml());
}

/** Removes the pod and what came with it, without waiting. */
export function removePod(namespace: Namespace, name: string): void {
  namespace.run('delete', 'pod,configmap,serviceaccount', '-l', `tool=${name}`, '--wait=false');
}

/** Tells a program that writes to end, removes its pod, and gives the account that it has printed as JSON. */
export function endLoad<Account>(namespace: Namespace, name: string): Account {
  namespace.exec(name, 'touch', '/tmp/stop');
  const account = namespace.awaitLog(name, /^\{/);
  removePod(namespace, name);
  return JSON.parse(account);
}

const elsewhere = (node: string): k8s.NodeAffinity => ({
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: [node] }] }],
  },
});
