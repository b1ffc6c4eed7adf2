import type { Environment } from '../../../environment';
import { apiGatewayOverview } from './api-gateway-overview';
import type { Board } from './board';
import { bssOverviewDashboard } from './bss-overview-dashboard';
import { cachePerformance } from './cache-performance';
import { errorAnalysis } from './error-analysis';
import { kafkaOverview } from './kafka-overview';
import { memoryUsage } from './memory-usage';
import { platform } from './platform';
import { postgresql } from './postgresql';
import { rateLimitingStats } from './rate-limiting-stats';
import { redisOverview } from './redis-overview';
import { replicationStatus } from './replication-status';
import { serviceLatency } from './service-latency';

/** Every board of an environment, in the order of the page that lists them. */
export const boards = (environment: Environment): Board[] => [
  ...[bssOverviewDashboard(environment), platform(environment), postgresql(environment)],
  ...[apiGatewayOverview(environment), serviceLatency(environment), errorAnalysis, rateLimitingStats(environment)],
  kafkaOverview(environment),
  ...[redisOverview(environment), memoryUsage, cachePerformance, replicationStatus(environment)],
];
