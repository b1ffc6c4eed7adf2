import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../charts/messaging/kafka/kafka';
import { nativeFile } from '../../lib/native-file';
import type { Namespace } from './cluster';
import { removePod, startPod } from './pod';

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
    this.start();
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
    removePod(this.namespace, this.props.name);
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

  private start(): void {
    const { name, partitions, recordsPerSecond, limit, avoidNode } = this.props;
    const program = '/etc/load/Load.java';
    startPod(this.namespace, {
      name,
      labels: { [`role.bss/${CLIENT_ROLE}`]: 'true' },
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
      avoidNode,
    });
  }
}
