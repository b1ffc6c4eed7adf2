import type { Environment } from '../../../environment';
import type { Board } from './board';

/** Whether Kafka works, at one look. */
export const kafkaOverview = ({ kafka: { brokers } }: Pick<Environment, 'kafka'>): Board => ({
  uid: 'kafka-overview',
  title: 'Kafka Overview',
  folder: 'Kafka',
  rows: [
    {
      title: 'Health',
      panels: [
        {
          title: 'Brokers that answer',
          description: `There are ${brokers}. Each that is away takes a copy of its partitions with it.`,
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [{ expr: 'bss:pods:up{job="kafka"}' }],
          thresholds: { warning: brokers, critical: brokers },
        },
      ],
    },
  ],
});
