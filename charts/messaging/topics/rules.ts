import { type Check, shown } from '../../../lib/values/check';
import { reconciledJobsSize } from '../../../lib/values/jobs';
import { line } from '../../../lib/values/names';
import { whole } from '../../../lib/values/numbers';
import { list, type Rule, record } from '../../../lib/values/record';
import { rate, retention } from '../../../lib/values/sizes';
import type { KafkaSize } from '../kafka/size';
import { diskNeed, type Topic } from './topic';

/** What the Job may be: its Java has a heap of 96 MiB. */
export const topicsJobSize = reconciledJobsSize(192, '"0 * * * *", every hour');

/** Kafka's own limit: https://github.com/apache/kafka/blob/3.6.1/clients/src/main/java/org/apache/kafka/common/internals/Topic.java */
const LEGAL_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

const topicName: Check<string> = (_, name) => {
  if (typeof name !== 'string' || !LEGAL_NAME.test(name)) {
    return [`topic ${shown(name)} has no legal name: use 1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-".`];
  }
  return name.startsWith('__') ? [`topic "${name}" begins with "__", as Kafka's own do. Rename it.`] : [];
};

const topic = record<Topic>({
  name: topicName,
  // Each is a directory with three files on each broker that has a copy.
  partitions: whole(1, 1000),
  retention,
  rate,
  holds: line,
});

/** One or more topics, which messages call by their names. */
export const catalogue: Check<readonly Topic[]> = (name, value) => {
  const wrong = list((index, each: unknown) => topic(named(each) ?? index, each))(name, value);
  return wrong.length > 0 ? wrong : collisionErrors(value as readonly Topic[]);
};

const named = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
    ? `topic ${shown(value.name)}`
    : undefined;

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

/** The share of the disks that topics may fill: the rest is for bursts, and for the time to react. */
const FULL_ENOUGH = 0.7;

/** Above it a broker of ZooKeeper's takes minutes to leave: https://kafka.apache.org/documentation/#basic_ops_partitions */
const MOST_COPIES = 4000;

/** A catalogue that these brokers cannot hold. */
export const catalogueErrors: Rule<{ readonly topics: readonly Topic[]; readonly kafka: KafkaSize }> = ({
  topics,
  kafka,
}) => [...diskErrors(topics, kafka), ...copyErrors(topics, kafka)];

function diskErrors(topics: readonly Topic[], { brokers, replication, disk, traffic }: KafkaSize): string[] {
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

function copyErrors(topics: readonly Topic[], { brokers, replication }: KafkaSize): string[] {
  const copies = topics.reduce((sum, { partitions }) => sum + partitions, 0) * replication;
  if (copies <= MOST_COPIES * brokers) return [];
  return [
    `the topics have ${copies} copies of partitions, but ${brokers} brokers hold ${MOST_COPIES} each. Lower the ` +
      `partitions of a topic, or set kafka.brokers to ${Math.ceil(copies / MOST_COPIES)} or more.`,
  ];
}

const gib = (mebibytes: number) => (mebibytes / 1024).toFixed(1);
