import type { Environment } from '../../../environment';
import { KAFKA_LIMITS } from '../../rules/kafka';
import { SERVING, ZOOKEEPER_LIMITS } from '../../rules/zookeeper';
import type { Row } from './board';
import { within } from './promql';

/** What brokers keep their metadata in. */
export const zookeeper = ({ zookeeper: { servers } }: Pick<Environment, 'zookeeper'>): Row => {
  const majority = Math.floor(servers / 2) + 1;
  return {
    title: 'ZooKeeper',
    panels: [
      {
        title: 'Servers that serve',
        description: `Of ${servers}; ${majority} are a majority. Without one, brokers go on, and no partition gets a new leader.`,
        unit: 'none',
        kind: 'stat',
        width: 8,
        queries: [{ expr: SERVING }],
        thresholds: { warning: servers, critical: majority },
      },
      {
        title: 'Requests that wait',
        description: 'At the busiest server. Nearly always its disk is slow.',
        unit: 'none',
        kind: 'stat',
        width: 8,
        queries: [{ expr: 'max(zookeeper_outstandingrequests)' }],
        thresholds: { warning: ZOOKEEPER_LIMITS.waiting },
      },
      {
        title: 'Nodes',
        description:
          'What it keeps: some for each partition, broker and client. It grows with topics, and with nothing else.',
        unit: 'none',
        kind: 'stat',
        width: 8,
        queries: [{ expr: 'max(zookeeper_inmemorydatatree_nodecount)' }],
      },
      {
        title: 'Time of a request',
        description: 'At each server, on average since it started.',
        unit: 'ms',
        kind: 'timeseries',
        queries: [{ expr: 'max by (pod) (zookeeper_avgrequestlatency)', legend: '{{pod}}' }],
        thresholds: { warning: ZOOKEEPER_LIMITS.milliseconds },
      },
      {
        title: 'Sessions lost',
        description: 'In 15 minutes, by broker. Each time its partitions change their leaders.',
        unit: 'none',
        kind: 'timeseries',
        queries: [
          {
            expr: within('15m', 'kafka_server_sessionexpirelistener_zookeeperexpires_total', 'pod'),
            legend: '{{pod}}',
          },
        ],
        thresholds: { warning: KAFKA_LIMITS.sessions },
      },
    ],
  };
};
