import { wholeErrors } from '../../numbers';
import type { KafkaSize } from '../kafka/size';
import { diskNeed, type Topic } from './topic';

/** Kafka's own limit: https://github.com/apache/kafka/blob/3.6.1/clients/src/main/java/org/apache/kafka/common/internals/Topic.java */
const LEGAL_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/** The share of the disks that topics may fill: the rest is for bursts, and for the time to react. */
const FULL_ENOUGH = 0.7;

/** Everything about a catalogue that cannot work on these brokers, in words that say what to do. */
export function catalogueErrors(
  topics: readonly Topic[],
  kafka: Pick<KafkaSize, 'brokers' | 'replication' | 'disk' | 'traffic'>,
): string[] {
  return [...topics.flatMap(nameErrors), ...collisionErrors(topics), ...diskErrors(topics, kafka)];
}

function nameErrors({ name, partitions }: Topic): string[] {
  return [
    ...(LEGAL_NAME.test(name)
      ? []
      : [`topic "${name}" has no legal name: use 1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-".`]),
    ...wholeErrors({ [`partitions of topic "${name}"`]: partitions }),
  ];
}

function collisionErrors(topics: readonly Topic[]): string[] {
  const seen = new Map<string, string>();
  return topics.flatMap(({ name }) => {
    const metricName = name.replaceAll('.', '_');
    const other = seen.get(metricName);
    seen.set(metricName, name);
    return other === undefined
      ? []
      : [`topics "${other}" and "${name}" have the same name in metrics, where "." becomes "_". Rename one of them.`];
  });
}

function diskErrors(
  topics: readonly Topic[],
  { brokers, replication, disk, traffic }: Parameters<typeof catalogueErrors>[1],
): string[] {
  const need = topics.map((topic) => ({ topic, mebibytes: diskNeed(topic, replication, traffic) }));
  const total = need.reduce((sum, { mebibytes }) => sum + mebibytes, 0);
  const usable = brokers * disk.toMebibytes() * FULL_ENOUGH;
  if (total <= usable) return [];
  const largest = need.reduce((one, other) => (other.mebibytes > one.mebibytes ? other : one));
  return [
    `the topics keep ${gib(total)} GiB (rate × retention × ${replication} replicas × traffic ${traffic}), but ` +
      `${FULL_ENOUGH * 100} % of ${brokers} disks of ${gib(disk.toMebibytes())} GiB are ${gib(usable)} GiB. ` +
      `Set kafka.disk to ${Math.ceil(total / FULL_ENOUGH / brokers / 1024)} GiB or more, ` +
      `or shorten a retention: "${largest.topic.name}" alone keeps ${gib(largest.mebibytes)} GiB.`,
  ];
}

const gib = (mebibytes: number) => (mebibytes / 1024).toFixed(1);
