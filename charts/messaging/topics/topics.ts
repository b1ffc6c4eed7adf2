import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import { addresses } from '../../../lib/endpoint';
import { OneShotJob, ScheduledJob } from '../../../lib/job';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import type { KafkaClients } from '../kafka/kafka';
import type { KafkaSize } from '../kafka/size';
import type { TopicsJobSize } from './size';
import { segmentTime, type Topic } from './topic';

type Copies = Pick<KafkaSize, 'brokers' | 'replication' | 'minInsyncReplicas'>;

export interface TopicsProps extends TopicsJobSize {
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
const RETRIES = 6;

/**
 * Makes the topics what the catalogue says: a Job for each version of the catalogue, and again on a schedule. A version that
 * comes back finds its Job, which is complete; and somebody may have changed a topic by hand.
 */
export class Topics extends Component {
  constructor(scope: Platform, props: TopicsProps) {
    super(scope, 'topics', 'messaging');
    const { kafka } = props;
    const job = {
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
        '/etc/bss/Topics.java': nativeFile(__dirname, 'Topics.java'),
        '/etc/bss/log4j.properties': nativeFile(__dirname, 'log4j.properties'),
        '/etc/bss/topics.txt': catalogueFile(props.topics, props.copies),
      },
      scratch: { '/tmp': Size.mebibytes(16) },
      resources: props.resources,
      graceSeconds: 10,
    };
    const apply = new OneShotJob(this, 'default', {
      ...job,
      retries: RETRIES,
      // Every try may have to wait in full, and for the image before: a Job that has failed is not run again.
      deadlineSeconds: (RETRIES + 1) * 2 * WAIT_SECONDS,
    });
    const drift = new ScheduledJob(this, 'drift', {
      ...job,
      retries: 0,
      deadlineSeconds: 2 * WAIT_SECONDS,
      schedule: props.driftSchedule,
    });
    apply.connectsTo(...kafka.bootstrap);
    drift.connectsTo(...kafka.bootstrap);
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
