import type { Environment } from '../../environment';
import { logs, podsOf, query } from './commands';
import type { Group, Recording } from './rule';

/** From so many events on somebody is told; boards show the same. */
export const LAG_LIMIT = 1000;

const LOGS = logs('deploy/backend', 'backend');
const PODS = podsOf('backend');
const LAG = query('bss:kafka_consumergroup_lag:sum > 0');

/** Groups of ours, as the backend calls them. What others read, boards show; it wakes nobody. */
const OURS = '{group=~"bss-.+"}';
const BEHIND = `bss:kafka_consumergroup_lag:sum${OURS}`;

/** Of whom: events that wait, of a group that has taken none in a quarter of an hour. Boards show the same, of all groups. */
export const standsStill = (whose: '' | typeof OURS) =>
  `min_over_time(bss:kafka_consumergroup_lag:sum${whose}[15m]) > 0 and on (group, topic) bss:kafka_consumergroup_taken:rate15m == 0`;

/** A metric of kminion, which has other names for groups and topics. */
const ofKminion = (metric: string) =>
  `sum by (group, topic) (label_replace(label_replace(${metric}, "group", "$1", "group_id", "(.+)"), "topic", "$1", "topic_name", "(.+)"))`;

/** Of a group that both know kminion is believed, and the consumers where it is away. */
const measured = (record: string, kminion: string, consumers: string, there: boolean): Recording => ({
  record,
  expr: there ? `${ofKminion(kminion)} or ${consumers}` : consumers,
  labels: { job: 'kafka' },
});

/** How far consumers are behind. Whoever measures it feeds the recordings; nothing else knows who that is. */
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
    measured(
      'bss:kafka_consumergroup_taken:rate15m',
      'rate(kminion_kafka_consumer_group_topic_offset_sum[15m])',
      // They count by group: what one takes of any topic stands for each of its topics.
      '0 * sum by (group, topic) (kafka_consumer_fetch_manager_records_lag) + on (group) group_left () ' +
        'sum by (group) (label_replace(rate(bss_kafka_consumed_total[15m]), "group", "bss-$1", "consumer", "(.+)"))',
      kminion !== undefined,
    ),
    {
      alert: 'ConsumerLagHigh',
      expr: `${BEHIND} > ${LAG_LIMIT}`,
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
      expr: `${BEHIND} and min_over_time(${BEHIND}[10m]) > 100 and deriv(${BEHIND}[10m]) > 1`,
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
      // Not that the lag stays the same: each event that still comes changes it.
      expr: `${standsStill(OURS)} and on (topic) bss:topic_partitions:expected`,
      for: '5m',
      severity: 'critical',
      summary:
        '{{ $labels.group }} has had {{ $value }} events of {{ $labels.topic }} or more before it for a while, and takes none.',
      runbook: {
        means: 'Nothing follows from these events.',
        look: [LAG, LOGS, podsOf('kafka')],
        mend: 'The log says what it tries again. If it says nothing, restart the backend.',
      },
    },
    {
      alert: 'ConsumerPartitionsUnowned',
      // A group without any member has no figure of what it owns, and still one of what waits.
      expr:
        `(bss:kafka_consumergroup_partitions:owned${OURS} or 0 * (${BEHIND} > 0)) ` +
        '< on (topic) group_left () bss:topic_partitions:expected',
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
        mend: 'A pod that hangs still belongs to the group: the last command names the member. Restart it. A group that nobody needs any more is deleted: `kafka-consumer-groups --delete --group`.',
      },
    },
  ],
});
