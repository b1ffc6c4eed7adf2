import { join } from 'node:path';
import { App, Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../charts/messaging/kafka/kafka';
import { images } from '../../config/images';
import * as k8s from '../../imports/k8s';
import { Component } from '../../lib/component';
import { nativeFile } from '../../lib/native-file';
import { podTemplate } from '../../lib/pod';
import { kubectl, type Namespace } from './cluster';

/** What the load saw; see Load.java. */
export interface LoadResult {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly firstFailure: string;
  readonly lost: number;
  readonly duplicates: number;
  readonly longestStallMs: number;
  readonly longestPartitionStallMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly belowMinIsr: number;
  readonly observations: number;
}

export interface LoadProps {
  /** Name of the pod, and of its topic before a number that no earlier run had. */
  readonly name: string;
  readonly partitions: number;
  readonly recordsPerSecond: number;
  /** @default - until it is stopped */
  readonly limit?: number;
  /** Node that the load must survive. @default - none */
  readonly avoidNode?: string;
}

const HEAP = Size.mebibytes(256);

/** A producer with acks=all in the cluster that keeps account of every record. */
export class Load {
  private readonly topic: string;

  constructor(
    private readonly namespace: Namespace,
    private readonly props: LoadProps,
  ) {
    this.topic = `${props.name}-${Date.now()}`;
    kubectl(['apply', '-f', '-'], this.manifest());
    namespace.awaitLog(props.name, /^PRODUCING/);
  }

  /** Ends the load, and gives its account once everything was read back. */
  stop(): LoadResult {
    this.namespace.exec(this.props.name, 'touch', '/tmp/stop');
    return this.result();
  }

  result(): LoadResult {
    const line = this.namespace.awaitLog(this.props.name, /^\{/);
    this.remove();
    return JSON.parse(line);
  }

  private remove(): void {
    this.namespace.run('delete', 'pod,configmap,serviceaccount', '-l', `load=${this.props.name}`, '--wait=false');
    this.namespace.exec(
      'kafka-0',
      'kafka-topics',
      '--bootstrap-server',
      'kafka:9092',
      '--delete',
      '--topic',
      this.topic,
    );
  }

  private manifest(): string {
    const { name, partitions, recordsPerSecond, limit, avoidNode } = this.props;
    const app = new App();
    const labels = { load: name };
    const chart = new LoadPod(app, name, { namespace: this.namespace.name });
    const program = '/etc/load/Load.java';
    const { metadata, spec } = podTemplate(
      chart,
      {
        image: images.kafka,
        component: 'test',
        user: 1000,
        command: [
          ...[
            'java',
            `-Xmx${HEAP.toMebibytes()}m`,
            '-XX:+UseSerialGC',
            '-Dlog4j.configuration=file:/etc/load/log4j.properties',
          ],
          ...['--source', '11', '-cp', '/usr/share/java/kafka/*', program, 'kafka:9092', this.topic],
          ...[partitions, 3, 2, recordsPerSecond, limit ?? Number.MAX_SAFE_INTEGER].map(String),
        ],
        files: {
          [program]: nativeFile(join(__dirname, 'load'), 'Load.java'),
          '/etc/load/log4j.properties': 'log4j.rootLogger=OFF\n',
        },
        scratch: { '/tmp': Size.mebibytes(16) },
        resources: { cpu: 300, memory: HEAP, memoryLimit: Size.mebibytes(640) },
        graceSeconds: 1,
      },
      { name, labels: { ...labels, [`role.bss/${CLIENT_ROLE}`]: 'true' }, restartPolicy: 'Never' },
    );
    const affinity = avoidNode ? { nodeAffinity: elsewhere(avoidNode) } : undefined;
    new k8s.KubePod(chart, 'resource', { metadata: { ...metadata, name }, spec: { ...spec!, affinity } });
    for (const object of chart.apiObjects) object.metadata.addLabel('load', name);
    return app.synthYaml();
  }
}

class LoadPod extends Component {}

const elsewhere = (node: string): k8s.NodeAffinity => ({
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: [node] }] }],
  },
});
