import { KAFKA_LIMITS } from '../../rules/kafka';
import type { Panel } from './board';
import { perSecond } from './promql';

/** How long the slowest broker takes for a kind of request, in milliseconds. */
export const quantilesOf = (request: 'Produce' | 'FetchConsumer') =>
  ['0.50', '0.95', '0.99'].map((quantile) => ({
    expr: `max(kafka_network_requestmetrics_totaltimems{request="${request}",quantile="${quantile}"})`,
    legend: `quantile ${quantile}`,
  }));

export const timeOfAWrite: Panel = {
  title: 'Time of a write',
  description: 'In the slowest broker, until all copies in sync have it: most of it is waiting for them.',
  unit: 'ms',
  kind: 'timeseries',
  queries: quantilesOf('Produce'),
  thresholds: { warning: KAFKA_LIMITS.produceMilliseconds },
};

export const recordsByTopic: Panel = {
  title: 'Records written',
  description: 'To each topic.',
  unit: 'recps',
  kind: 'timeseries',
  queries: [
    { expr: perSecond('kafka_server_brokertopicmetrics_messagesin_total{topic!=""}', 'topic'), legend: '{{topic}}' },
  ],
};
