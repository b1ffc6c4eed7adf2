import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import { addresses } from '../../../lib/endpoint';
import { type ReconciledJobsSize, reconciledJobs } from '../../../lib/job';
import { nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import type { KafkaClients } from '../kafka/kafka';
import type { KafkaSize } from '../kafka/size';
import { segmentTime, type Topic } from './topic';

type Copies = Pick<KafkaSize, 'brokers' | 'replication' | 'minInsyncReplicas'>;

export interface TopicsProps extends ReconciledJobsSize {
  /** Kafka's image: it carries the AdminClient and a Java that runs source files. */
  readonly image: string;
  readonly topics: readonly Topic[];
  readonly kafka: KafkaClients;
  /** How many brokers must be there, and what they keep of each partition. */
  readonly copies: Copies;
}

/** Options of a JVM that runs for seconds: a quick compiler, and a collector without threads of its own. */
export const QUICK_JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

const WAIT_SECONDS = 300;

/** Makes the topics what the catalogue says: a Job for each version of the catalogue, and again on a schedule. */
export class Topics extends Component {
  constructor(scope: Platform, props: TopicsProps) {
    super(scope, 'topics', 'messaging');
    const { kafka } = props;
    reconciledJobs(this, 'drift', {
      image: props.image,
      user: 1000,
      // Source 11: the Java of the image.
      command: [
        ...['java', '-Xmx96m', ...QUICK_JVM],
        ...['-Dlog4j.configuration=file:/etc/bss/log4j.properties', '--source', '11', '-cp', '/usr/share/java/kafka/*'],
        ...['/etc/bss/Topics.java', addresses(kafka.bootstrap)],
        ...[`${props.copies.brokers}`, `${WAIT_SECONDS}`, '/etc/bss/topics.txt'],
      ],
      files: {
        ...nativeFiles(__dirname, '/etc/bss', 'Topics.java', 'log4j.properties'),
        '/etc/bss/topics.txt': catalogueFile(props.topics, props.copies),
      },
      scratch: { '/tmp': Size.mebibytes(16) },
      resources: props.resources,
      graceSeconds: 10,
      waitSeconds: WAIT_SECONDS,
      schedule: props.schedule,
      servers: kafka.bootstrap,
    });
  }
}

/** One line for each topic: name, partitions, replicas, then its settings. */
export function catalogueFile(
  topics: readonly Topic[],
  { replication, minInsyncReplicas }: Omit<Copies, 'brokers'>,
): string {
  const line = (topic: Topic) =>
    [
      ...[topic.name, topic.partitions, replication],
      // Events are history: compaction would keep only the last one of each key.
      'cleanup.policy=delete',
      'compression.type=producer',
      `min.insync.replicas=${minInsyncReplicas}`,
      `retention.ms=${topic.retention.toMilliseconds()}`,
      `segment.ms=${segmentTime(topic).toMilliseconds()}`,
    ].join(' ');
  return `${topics.map(line).join('\n')}\n`;
}
