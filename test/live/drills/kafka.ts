import { kind } from '../../../config/kind';
import { kafkaTool } from '../kafka-tool';
import { away, type Drill, takeAway } from './drill';

const last = kind.kafka.brokers - 1;
/** Replicas of a topic's one partition, and how many of them must be in sync. */
const TOPICS = {
  'drill-one-copy': { replicas: `${last}`, least: 1 },
  'drill-two-copies': { replicas: `${last - 1}:${last}`, least: 2 },
};

/** A broker is gone, without which one partition has no copy, and another one too few. */
export const broker: Drill = {
  alerts: ['KafkaBrokerDown', 'KafkaOfflinePartitions', 'KafkaUnderMinIsr'],
  follows: ['KafkaUnderReplicatedPartitions'],
  breaks: (bss) => {
    for (const [topic, { replicas, least }] of Object.entries(TOPICS)) {
      const copies = ['--replica-assignment', replicas, '--config', `min.insync.replicas=${least}`];
      kafkaTool(bss, 'kafka-topics', '--create', '--topic', topic, ...copies);
    }
    takeAway(bss, 'statefulset/kafka', last, [`kafka-${last}`]);
  },
  repairs: (bss) => bss.run('scale', 'statefulset/kafka', `--replicas=${kind.kafka.brokers}`),
  cleans: (bss) => {
    for (const topic of Object.keys(TOPICS)) kafkaTool(bss, 'kafka-topics', '--delete', '--topic', topic);
  },
};

export const zookeeper = away('ZooKeeperQuorumLost', 'statefulset/zookeeper', kind.zookeeper.servers);
