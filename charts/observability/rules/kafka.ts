import type { Environment } from '../../environment';
import { logs, podsOf, query } from './commands';
import type { Group } from './rule';

/** From where on somebody is told; boards show the same. Elections a minute, shares, milliseconds, sessions in 15 minutes. */
export const KAFKA_LIMITS = { elections: 5, idle: 0.3, produceMilliseconds: 1000, sessions: 2 };

const TOPICS = 'kubectl exec kafka-0 -c kafka -- kafka-topics --bootstrap-server localhost:9092 --describe';
const LOGS = logs('kafka-0', 'kafka');
const PODS = podsOf('kafka');

/** Brokers, and what they keep. */
export const kafka = ({ kafka: { brokers } }: Pick<Environment, 'kafka'>): Group => ({
  name: 'kafka',
  rules: [
    {
      alert: 'KafkaBrokerDown',
      expr: 'bss:pods:up{job="kafka"} < on (job) bss:pods:expected',
      // Longer than a broker takes to another node with its volume. Partitions that nobody serves have alerts of their own.
      for: '5m',
      severity: 'critical',
      summary: `{{ $value }} of ${brokers} brokers answer.`,
      silences: ['KafkaUnderReplicatedPartitions', 'TopicReplicasMissing', 'TargetDown'],
      runbook: {
        means: 'Partitions have a copy less. Another broker away, and those with two copies take no records.',
        look: [PODS, 'kubectl logs kafka-0 -c kafka --previous', 'kubectl logs kafka-0 -c in-sync'],
        mend: 'See why the pod does not run. Begin nothing else with the brokers until it is ready again.',
      },
    },
    {
      alert: 'KafkaUnderReplicatedPartitions',
      expr: 'sum by (job, pod) (kafka_server_replicamanager_underreplicatedpartitions) > 0',
      // Longer than two brokers are away that restart one after the other, and not before the one who is away is told of.
      for: '5m',
      severity: 'critical',
      summary: '{{ $value }} partitions that {{ $labels.pod }} leads have a copy that is away or behind.',
      runbook: {
        means: 'Fewer copies than asked for: the loss of another broker may stop writes.',
        look: [`${TOPICS} --under-replicated-partitions`, query('kafka_server_requesthandler_idle_ratio')],
        mend: 'If all brokers run, one is too slow: look at its disk and its CPU. It catches up by itself.',
      },
    },
    {
      alert: 'KafkaOfflinePartitions',
      expr: 'max by (job) (kafka_controller_kafkacontroller_offlinepartitionscount) > 0',
      for: '1m',
      severity: 'critical',
      summary: '{{ $value }} partitions have no leader: nobody can read or write them.',
      silences: ['KafkaUnderReplicatedPartitions'],
      runbook: {
        means: 'All copies in sync are away. Records are not lost; they cannot be reached.',
        look: [`${TOPICS} --unavailable-partitions`, PODS],
        mend: 'Bring back the broker that was the last one in sync. Do not elect an unclean leader: that loses records.',
      },
    },
    {
      alert: 'KafkaUnderMinIsr',
      expr: 'sum by (job, pod) (kafka_server_replicamanager_underminisrpartitioncount) > 0',
      for: '1m',
      severity: 'critical',
      summary: '{{ $value }} partitions that {{ $labels.pod }} leads have too few copies and take no records.',
      silences: ['KafkaUnderReplicatedPartitions'],
      alike: ['pod'],
      runbook: {
        means: 'Who writes with `acks=all` is refused. The backend keeps its events in the outbox meanwhile.',
        look: [`${TOPICS} --under-min-isr-partitions`, PODS],
        mend: 'Bring the brokers back that are away.',
      },
    },
    {
      alert: 'KafkaNoActiveController',
      expr: 'sum by (job) (kafka_controller_kafkacontroller_activecontrollercount) != 1',
      for: '2m',
      severity: 'critical',
      summary: '{{ $value }} brokers are the controller: it must be one.',
      runbook: {
        means:
          'Without one no partition gets a new leader. With two, a broker has lost ZooKeeper and does not know it.',
        look: [LOGS, podsOf('zookeeper')],
        mend: 'See whether ZooKeeper answers. If it does, restart the broker that believes to be the controller.',
      },
    },
    {
      alert: 'KafkaLeadersChange',
      expr: `sum by (job) (rate(kafka_controller_controllerstats_leaderelections_total[5m])) * 60 > ${KAFKA_LIMITS.elections}`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $value | printf "%.0f" }} elections of leaders a minute.',
      runbook: {
        means: 'Brokers come and go. Clients look for leaders instead of working.',
        look: [PODS, LOGS],
        mend: 'Find the broker that loses its session at ZooKeeper: its CPU, its memory, its network.',
      },
    },
    {
      alert: 'KafkaUncleanLeaderElection',
      expr: 'sum by (job) (increase(kafka_controller_controllerstats_uncleanleaderelections_total[15m])) > 0',
      severity: 'critical',
      summary: '{{ $value | printf "%.0f" }} partitions were given a leader that had not all of the records.',
      runbook: {
        means: 'Records that were acknowledged are lost.',
        look: [LOGS, 'kubectl logs kafka-1 -c kafka'],
        mend: 'Somebody has allowed it: nothing here does. Have the applications give again what the log names.',
      },
    },
    {
      alert: 'KafkaVolumeOffline',
      expr: 'sum by (job, pod) (kafka_log_logmanager_offlinelogdirectorycount) > 0',
      for: '1m',
      severity: 'critical',
      summary: '{{ $labels.pod }} cannot write to its volume.',
      runbook: {
        means: 'The disk has failed or is full. A broker whose only volume is away ends.',
        look: [LOGS, 'kubectl exec kafka-0 -c kafka -- df -h /var/lib/kafka/data'],
        mend: 'See docs/recovery.md: a full volume is made larger, a lost one is filled again from the other copies.',
      },
    },
    {
      alert: 'KafkaHandlersBusy',
      expr: `min by (job, pod) (kafka_server_requesthandler_idle_ratio) < ${KAFKA_LIMITS.idle}`,
      for: '10m',
      severity: 'warning',
      summary: 'The request handlers of {{ $labels.pod }} are idle {{ $value | humanizePercentage }} of the time.',
      runbook: {
        means: 'Requests begin to wait. It has no reserve for the load of a broker that goes.',
        look: [query('kafka_network_requestmetrics_totaltimems{quantile="0.99"}'), 'kubectl top pod kafka-0'],
        mend: 'More CPU, more `kafka.threads.io`, or more brokers.',
      },
    },
    {
      alert: 'KafkaProduceSlow',
      expr:
        `max by (job, pod) (kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.99"}) > ${KAFKA_LIMITS.produceMilliseconds} ` +
        'and sum by (job, pod) (rate(kafka_server_brokertopicmetrics_totalproducerequests_total{topic=""}[5m])) > 1',
      for: '10m',
      severity: 'warning',
      summary: 'One write in a hundred takes {{ $value | printf "%.0f" }} ms or more at {{ $labels.pod }}.',
      runbook: {
        means: 'Writers wait for the slowest copy in sync.',
        look: [query('kafka_network_requestmetrics_totaltimems{request="FetchFollower"}'), 'kubectl top pod kafka-0'],
        mend: 'Most often a disk: compare the brokers, and look at the node of the slow one.',
      },
    },
    {
      alert: 'KafkaWritesFail',
      // Less than `for`: the restart of a broker is over by then.
      expr: 'sum by (job, topic) (rate(kafka_server_brokertopicmetrics_failedproducerequests_total{topic!=""}[2m])) > 0',
      for: '5m',
      severity: 'warning',
      summary: '{{ $value | printf "%.2f" }} writes a second to {{ $labels.topic }} fail in the broker.',
      runbook: {
        means: 'Not for what the client did: the broker could not.',
        look: [LOGS, PODS],
        mend: 'The log of the broker that leads the partition says why.',
      },
    },
    {
      alert: 'KafkaSessionsExpire',
      expr: `sum by (job, pod) (increase(kafka_server_sessionexpirelistener_zookeeperexpires_total[15m])) > ${KAFKA_LIMITS.sessions}`,
      severity: 'warning',
      summary: '{{ $labels.pod }} has lost ZooKeeper {{ $value | printf "%.0f" }} times in 15 minutes.',
      runbook: {
        means: 'Each time its partitions change their leaders.',
        look: [LOGS, 'kubectl logs zookeeper-0'],
        mend: 'Long pauses of the JVM or of the node: look at CPU and memory of both.',
      },
    },
  ],
});
