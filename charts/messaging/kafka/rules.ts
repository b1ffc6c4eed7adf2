import { wholeErrors } from '../../numbers';
import { heapErrors } from '../heap';
import type { KafkaSize } from './size';

/** Everything about the brokers of an environment that cannot work, in words that say what to do. */
export function kafkaErrors(kafka: KafkaSize): string[] {
  const { brokers, replication, minInsyncReplicas, threads, shutdown } = kafka;
  return [
    ...wholeErrors({
      'kafka.brokers': brokers,
      'kafka.replication': replication,
      'kafka.minInsyncReplicas': minInsyncReplicas,
      'kafka.threads.network': threads.network,
      'kafka.threads.io': threads.io,
      'kafka.threads.replicaFetchers': threads.replicaFetchers,
      'kafka.shutdown.leaveSeconds': shutdown.leaveSeconds,
    }),
    ...replicationErrors(kafka),
    ...shutdownErrors(kafka),
    ...heapErrors('kafka', kafka.heap, kafka.resources),
  ];
}

function replicationErrors({ brokers, replication, minInsyncReplicas }: KafkaSize): string[] {
  const errors: string[] = [];
  if (replication > brokers) {
    errors.push(
      `kafka.replication is ${replication}, but there are ${brokers} brokers, and a broker holds one copy of a partition. ` +
        `Set kafka.replication to ${brokers} or less, or kafka.brokers to ${replication} or more.`,
    );
  }
  if (minInsyncReplicas >= replication) {
    errors.push(
      `kafka.minInsyncReplicas is ${minInsyncReplicas} and kafka.replication ${replication}: with acks=all every restart ` +
        `of a broker would stop writes. ` +
        (replication > 1
          ? `Set kafka.minInsyncReplicas to ${replication - 1} or less.`
          : 'Set kafka.replication to 2 or more.'),
    );
  }
  return errors;
}

function shutdownErrors({ shutdown: { leaveSeconds, graceSeconds } }: KafkaSize): string[] {
  return graceSeconds > leaveSeconds
    ? []
    : [
        `kafka.shutdown.graceSeconds is ${graceSeconds}, but a broker waits up to leaveSeconds = ${leaveSeconds} before it ` +
          `begins to stop: it would be killed. Set graceSeconds to ${leaveSeconds + 60} or more, a minute for the logs.`,
      ];
}
