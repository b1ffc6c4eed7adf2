import type { Environment } from '../../environment';
import { podsOf, query } from './commands';
import type { Alert, Group, Recording } from './rule';

/** So many times the rate of the catalogue somebody is told of; boards show the same. */
export const TOPIC_RATE = 2;

const DRIFT = 'kubectl create job topics-drift-by-hand --from=cronjob/topics-drift';
const ALL = 'kubectl exec kafka-0 -c kafka -- kafka-topics --bootstrap-server localhost:9092 --describe --topic';

/** Topics as they are, against the catalogue. Internal ones of Kafka and those of others are none of its business. */
export const topics = (environment: Pick<Environment, 'topics' | 'kafka'>): Group => {
  const { brokers, replication } = environment.kafka;
  return {
    name: 'topics',
    rules: [...expected(environment), ...alerts(environment.topics[0]!.name, brokers - replication)],
  };
};

/** The catalogue as figures. */
const expected = ({ topics, kafka: { replication, traffic } }: Pick<Environment, 'topics' | 'kafka'>): Recording[] =>
  topics.flatMap(({ name: topic, partitions, rate }) => {
    const labels = { job: 'kafka', topic };
    return [
      { record: 'bss:topic_partitions:expected', expr: `vector(${partitions})`, labels },
      { record: 'bss:topic_replicas:expected', expr: `vector(${partitions * replication})`, labels },
      { record: 'bss:topic_bytes:expected', expr: `vector(${Math.ceil(rate.toKibibytes() * 1024 * traffic)})`, labels },
    ];
  });

/**
 * @param topic one of the catalogue, for the commands
 * @param without brokers that may have no copy of it
 */
const alerts = (topic: string, without: number): Alert[] => [
  {
    alert: 'TopicMissing',
    // Brokers that are away say nothing of their topics: one must answer that should have a copy.
    expr:
      'bss:topic_partitions:expected unless on (job, topic) kafka_log_log_size ' +
      `and on (job) bss:pods:up{job="kafka"} > ${without}`,
    for: '10m',
    severity: 'critical',
    summary: '{{ $labels.topic }}, of {{ $value }} partitions, is in the catalogue and not in Kafka.',
    runbook: {
      means: 'Who writes there is refused, and the backend sets its events aside.',
      look: ['kubectl get jobs,pods -l app.kubernetes.io/name=topics', `${ALL} ${topic}`],
      mend: `Let the Job make it: \`${DRIFT}\`. What was in it is gone.`,
    },
  },
  {
    alert: 'TopicReplicasMissing',
    expr: 'count by (job, topic) (kafka_log_log_size) < on (job, topic) bss:topic_replicas:expected',
    for: '15m',
    severity: 'warning',
    summary: '{{ $labels.topic }} has {{ $value }} copies of its partitions, fewer than the catalogue says.',
    runbook: {
      means: 'The topic survives less than it should.',
      look: [`${ALL} ${topic}`, podsOf('kafka')],
      mend: 'With all brokers there, its replication factor was changed by hand: assign the partitions anew.',
    },
  },
  {
    alert: 'TopicPartitionsDiffer',
    expr: 'count by (job, topic) (count by (job, topic, partition) (kafka_log_log_size)) != on (job, topic) bss:topic_partitions:expected',
    for: '30m',
    severity: 'warning',
    summary: '{{ $labels.topic }} has {{ $value }} partitions, and the catalogue has another number.',
    runbook: {
      means: 'Keys are in other partitions than a new installation would put them.',
      look: [`${ALL} ${topic}`, 'kubectl logs -l app.kubernetes.io/name=topics-drift --tail=-1'],
      mend: 'Partitions cannot be taken away: write the number that Kafka has into `config/topics.ts`.',
    },
  },
  {
    alert: 'TopicUnknown',
    expr: 'count by (job, topic) (kafka_log_log_size{topic=~"bss[.].+"}) unless on (job, topic) bss:topic_partitions:expected',
    for: '30m',
    severity: 'warning',
    summary: '{{ $labels.topic }}, of {{ $value }} copies of partitions, is in Kafka and not in the catalogue.',
    runbook: {
      means: 'Nobody has planned its disk, and nothing would make it again.',
      look: [`${ALL} ${topic}`],
      mend: 'Put it into `config/topics.ts`, or delete it.',
    },
  },
  {
    alert: 'TopicAboveItsRate',
    expr:
      'sum by (job, topic) (rate(kafka_server_brokertopicmetrics_bytesin_total{topic!=""}[6h])) ' +
      `> on (job, topic) ${TOPIC_RATE} * bss:topic_bytes:expected`,
    for: '6h',
    severity: 'warning',
    summary: `{{ $labels.topic }} is written to with {{ $value | humanize1024 }}B a second, ${TOPIC_RATE} times what the catalogue says or more.`,
    runbook: {
      means: 'The disks were planned for the rate of the catalogue, and fill before the retention is over.',
      look: [query('topk(5, sum by (topic) (rate(kafka_server_brokertopicmetrics_bytesin_total{topic!=""}[6h])))')],
      mend: 'If it stays so, correct `rate` in `config/topics.ts`: synth says whether the disks are large enough.',
    },
  },
];
