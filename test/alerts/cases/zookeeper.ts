import { type Case, GONE } from '../case';

const labels = { job: 'zookeeper', pod: 'zookeeper-0' };
const on = (metric: string, pod = 0) => `${metric}{job="zookeeper",pod="zookeeper-${pod}"}`;

const SERVES = 'zookeeper_avgrequestlatency';

export const cases: readonly Case[] = [
  {
    alert: 'ZooKeeperQuorumLost',
    // One is away, and another runs without a leader.
    series: {
      ...{ [on('up', 0)]: [1, 0], [on('up', 1)]: [1, 1], [on('up', 2)]: [1, 1] },
      ...{ [on(SERVES, 0)]: [1, GONE], [on(SERVES, 1)]: [1, GONE], [on(SERVES, 2)]: [1, 1] },
    },
    labels: { job: 'zookeeper' },
    summary: '1 of 3 servers serve: that is no majority.',
  },
  {
    alert: 'ZooKeeperQuorumLost',
    series: { [on('up')]: [1, GONE], [on(SERVES)]: [1, GONE], [on(SERVES, 1)]: [1, GONE], [on(SERVES, 2)]: [1, GONE] },
    labels: { job: 'zookeeper' },
    summary: '0 of 3 servers serve: that is no majority.',
  },
  {
    alert: 'ZooKeeperServerAlone',
    series: { [on('up')]: [1, 1], [on('zookeeper_avgrequestlatency')]: [1, GONE] },
    labels,
    summary: 'zookeeper-0 runs and serves nobody.',
  },
  {
    alert: 'ZooKeeperRequestsWait',
    series: { [on('zookeeper_outstandingrequests')]: [0, 40] },
    labels,
    summary: '40 requests wait at zookeeper-0.',
  },
  {
    alert: 'ZooKeeperSlow',
    series: { [on('zookeeper_avgrequestlatency')]: [1, 25] },
    labels,
    summary: 'zookeeper-0 takes 25 ms for a request, on average since it started.',
  },
];
