import { query } from './platform';
import type { Group } from './rule';

/** From so many events on somebody is told; boards show the same. */
export const LAG_LIMIT = 1000;

const LOGS = 'kubectl -n bss logs deploy/backend -c backend --tail=100';
const PODS = 'kubectl -n bss get pods -l app.kubernetes.io/name=backend';
const LAG = query('kafka_consumer_fetch_manager_records_lag > 0');

/** How far consumers are behind. Whoever measures it feeds the one recording; nothing else knows who that is. */
export const lag: Group = {
  name: 'lag',
  rules: [
    {
      record: 'bss:kafka_consumergroup_lag:sum',
      expr: 'sum by (job, group, topic) (kafka_consumer_fetch_manager_records_lag)',
    },
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
        look: [LAG, LOGS, 'kubectl -n bss get pods -l app.kubernetes.io/name=kafka'],
        mend: 'The log says what it tries again. If it says nothing, restart the backend.',
      },
    },
    {
      alert: 'ConsumerPartitionsUnowned',
      expr:
        'count by (topic, group) (count by (topic, group, partition) (kafka_consumer_fetch_manager_records_lag)) ' +
        '< on (topic) group_left () bss:topic_partitions:expected',
      for: '10m',
      severity: 'critical',
      summary: '{{ $labels.group }} reads {{ $value }} partitions of {{ $labels.topic }}, and there are more.',
      runbook: {
        means: 'Events of the others wait for a member that takes them.',
        look: [
          LAG,
          PODS,
          'kubectl -n bss exec kafka-0 -c kafka -- kafka-consumer-groups --bootstrap-server localhost:9092 --describe --all-groups',
        ],
        mend: 'A pod that hangs still belongs to the group: the last command names the member. Restart it.',
      },
    },
  ],
};
