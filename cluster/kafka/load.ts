import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../charts/messaging/kafka/kafka';
import { QUICK_JVM } from '../../charts/messaging/topics/topics';
import { clientLabels } from '../../charts/platform';
import { nativeFile } from '../../lib/native-file';
import type { Namespace } from '../namespace';
import { removePod, startPod } from '../tool-pod';

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
  constructor(
    private readonly namespace: Namespace,
    private readonly props: LoadProps,
  ) {
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
    removePod(this.namespace, this.props.name);
    return JSON.parse(line);
  }

  private start(): void {
    const { name, partitions, recordsPerSecond, limit, avoidNode } = this.props;
    const program = '/etc/load/Load.java';
    startPod(this.namespace, {
      name,
      labels: clientLabels(CLIENT_ROLE),
      command: [
        ...[
          'java',
          `-Xmx${HEAP.toMebibytes()}m`,
          ...QUICK_JVM,
          '-Dlog4j.configuration=file:/etc/load/log4j.properties',
        ],
        ...['--source', '11', '-cp', '/usr/share/java/kafka/*', program, 'kafka:9092', `${name}-${Date.now()}`],
        ...[partitions, 3, 2, recordsPerSecond, limit ?? Number.MAX_SAFE_INTEGER].map(String),
      ],
      files: {
        [program]: nativeFile(__dirname, 'Load.java'),
        '/etc/load/log4j.properties': 'log4j.rootLogger=OFF\n',
      },
      scratch: { '/tmp': Size.mebibytes(16) },
      resources: { cpu: 300, memory: HEAP, memoryLimit: Size.mebibytes(640) },
      avoidNode,
    });
  }
}
