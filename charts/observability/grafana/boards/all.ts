import type { Environment } from '../../../environment';
import type { Board } from './board';
import { brokerHealth } from './broker-health';
import { consumerMetrics } from './consumer-metrics';
import { kafkaOverview } from './kafka-overview';
import { producerMetrics } from './producer-metrics';
import { topicMetrics } from './topic-metrics';

/** Every board of an environment, in the order of the page that lists them. The first one is Grafana's home. */
export const boards = (environment: Environment): Board[] => [
  kafkaOverview(environment),
  producerMetrics,
  consumerMetrics(environment),
  topicMetrics(environment),
  brokerHealth(environment),
];
