import { optional } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { hostPort } from '../../../lib/values/networks';
import { share, whole } from '../../../lib/values/numbers';
import { record } from '../../../lib/values/record';
import { disk, memory, resources } from '../../../lib/values/sizes';
import { heapErrors } from '../heap';
import type { BrokerShutdown, BrokerThreads, KafkaSize } from './size';

/** Of the brokers and of ZooKeeper. */
export const confluentImage = image({
  of: /:7\.\d+\.\d+/,
  words: '7.x',
  because: 'Version 8 has no ZooKeeper, and these brokers keep their metadata there.',
});

/** What brokers may be. */
export const kafkaSize = record<KafkaSize>(
  {
    // Each is known to every other one and to every client by name.
    brokers: whole(1, 100),
    replication: whole(1, 100),
    minInsyncReplicas: whole(1, 100),
    heap: memory(128),
    resources: resources(256),
    // The ballast, the topics of offsets and transactions, and a segment that grows.
    disk: disk(512),
    traffic: share(1000),
    threads: record<BrokerThreads>({ network: whole(1, 256), io: whole(1, 256), replicaFetchers: whole(1, 64) }),
    shutdown: record<BrokerShutdown>(
      { leaveSeconds: whole(1, 86_400), graceSeconds: whole(1, 172_800) },
      shutdownErrors,
    ),
    host: optional(hostPort),
  },
  replicationErrors,
  ({ heap, resources }) => heapErrors('kafka', heap, resources),
);

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
        // With one copy of two a record is acknowledged that the next lost disk takes along: no way out.
        (replication > 2
          ? `Set kafka.minInsyncReplicas to ${replication - 1} or less.`
          : `Set kafka.replication to ${Math.min(minInsyncReplicas, 2) + 1} or more` +
            (minInsyncReplicas > 2 ? ', and kafka.minInsyncReplicas to 2.' : '.')),
    );
  }
  return errors;
}

function shutdownErrors({ leaveSeconds, graceSeconds }: BrokerShutdown): string[] {
  if (graceSeconds > leaveSeconds) return [];
  return [
    `kafka.shutdown.graceSeconds is ${graceSeconds}, but a broker waits up to leaveSeconds = ${leaveSeconds} before it ` +
      `begins to stop: it would be killed. Set graceSeconds to ${leaveSeconds + 60} or more, a minute for the logs.`,
  ];
}
