import type { Environment } from '../../environment';
import { logs, podsOf, query } from './commands';
import type { Group, Recording } from './rule';

/** From so many events on somebody is told; boards show the same. */
export const LAG_LIMIT = 1000;

const LOGS = logs('deploy/backend', 'backend');
const PODS = podsOf('backend');
const LAG = query('bss:kafka_consumergroup_lag:sum > 0');

/** A metric of kminion, which has other names for groups and topics. */
const ofKminion = (metric: string) =>
  `sum by (group, topic) (label_replace(label_replace(${metric}, "group", "$1", "group_id", "(.+)"), "topic", "$1", "topic_name", "(.+)"))`;

/** Of a group that both know kminion is believed, and the consumers where it is away. */
const measured = (record: string, kminion: string, consumers: string, there: boolean): Recording => ({
  record,
  expr: there ? `${ofKminion(kminion)} or ${consumers}` : consumers,
  labels: { job: 'kafka' },
});

/** How far consumers are behind. Whoever measures it feeds the two recordings; nothing else knows who that is. */
export const lag = ({ kminion }: Pick<Environment, 'kminion'>): Group => ({
  name: 'lag',
  rules: [
    measured(
      'bss:kafka_consumergroup_lag:sum',
      'kminion_kafka_consumer_group_topic_lag',
      'sum by (group, topic) (kafka_consumer_fetch_manager_records_lag)',
      kminion !== undefined,
    ),
    measured(
      'bss:kafka_consumergroup_partitions:owned',
      'kminion_kafka_consumer_group_topic_assigned_partitions',
      'count by (group, topic) (count by (group, topic, partition) (kafka_consumer_fetch_manager_records_lag))',
      kminion !== undefined,
    ),
    {
      alert: 'ConsumerLagHigh',
      expr: `bss:kafka_consumergroup_lag:sum > ${LAG_LIMIT}`,
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.group }} is {{ $value }} events of {{ $labels.topic }} behind.',
      runbook: {
        means: 'What follows from a change comes late.',
        look: [LAG, query('sum by (consumer, outcome) (rate(bss_kafka_consumed_total[5m]))'), LOGS],
        mend: 'After much was written at once it catches up by itself. Otherwise see what each event waits for: the database, most often.',
      },
    },
    {
      alert: 'ConsumerLagGrows',
      expr:
        'bss:kafka_consumergroup_lag:sum and min_over_time(bss:kafka_consumergroup_lag:sum[10m]) > 100 ' +
        'and deriv(bss:kafka_consumergroup_lag:sum[10m]) > 1',
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.group }} is {{ $value }} events of {{ $labels.topic }} behind, and falls behind further.',
      runbook: {
        means: 'More is written than consumed: it never catches up like this.',
        look: [LAG, PODS, LOGS],
        mend: 'More replicas of the backend, up to the number of partitions; or find what makes each event slow.',
      },
    },
    {
      alert: 'ConsumerStandsStill',
      expr: 'min_over_time(bss:kafka_consumergroup_lag:sum[15m]) > 0 and changes(bss:kafka_consumergroup_lag:sum[15m]) == 0',
      for: '5m',
      severity: 'critical',
      summary:
        '{{ $labels.group }} has had {{ $value }} events of {{ $labels.topic }} before it for a while, and takes none.',
      runbook: {
        means: 'Nothing follows from these events.',
        look: [LAG, LOGS, podsOf('kafka')],
        mend: 'The log says what it tries again. If it says nothing, restart the backend.',
      },
    },
    {
      alert: 'ConsumerPartitionsUnowned',
      expr: 'bss:kafka_consumergroup_partitions:owned < on (topic) group_left () bss:topic_partitions:expected',
      for: '10m',
      severity: 'critical',
      summary: '{{ $labels.group }} reads {{ $value }} partitions of {{ $labels.topic }}, and there are more.',
      runbook: {
        means: 'Events of the others wait for a member that takes them.',
        look: [
          LAG,
          PODS,
          'kubectl exec kafka-0 -c kafka -- kafka-consumer-groups --bootstrap-server localhost:9092 --describe --all-groups',
        ],
        mend: 'A pod that hangs still belongs to the group: the last command names the member. Restart it.',
      },
    },
  ],
});
