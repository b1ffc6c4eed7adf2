import type { Environment } from '../../../environment';
import { apiGatewayOverview } from './api-gateway-overview';
import type { Board } from './board';
import { brokerHealth } from './broker-health';
import { bssOverviewDashboard } from './bss-overview-dashboard';
import { cachePerformance } from './cache-performance';
import { consumerMetrics } from './consumer-metrics';
import { errorAnalysis } from './error-analysis';
import { kafkaOverview } from './kafka-overview';
import { memoryUsage } from './memory-usage';
import { platform } from './platform';
import { postgresql } from './postgresql';
import { producerMetrics } from './producer-metrics';
import { rateLimitingStats } from './rate-limiting-stats';
import { redisOverview } from './redis-overview';
import { replicationStatus } from './replication-status';
import { serviceLatency } from './service-latency';
import { topicMetrics } from './topic-metrics';

/** Every board of an environment, in the order of the page that lists them. The first one is Grafana's home. */
export const boards = (environment: Environment): Board[] => [
  ...[bssOverviewDashboard(environment), platform, postgresql(environment)],
  ...[apiGatewayOverview(environment), serviceLatency(environment), errorAnalysis, rateLimitingStats(environment)],
  ...[kafkaOverview(environment), producerMetrics, consumerMetrics(environment)],
  ...[topicMetrics(environment), brokerHealth(environment)],
  ...[redisOverview(environment), memoryUsage, cachePerformance, replicationStatus(environment)],
];
