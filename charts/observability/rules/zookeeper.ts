import type { Environment } from '../../environment';
import { podsOf, query } from './commands';
import type { Group } from './rule';

/** From where on somebody is told; boards show the same. Requests, milliseconds. */
export const ZOOKEEPER_LIMITS = { waiting: 10, milliseconds: 10 };

/** How many servers serve; boards show the same. One that runs without a leader has no such figure. */
export const SERVING = 'count by (job) (zookeeper_avgrequestlatency) or bss:pods:up{job="zookeeper"} * 0';

const PODS = podsOf('zookeeper');

/** The servers of the ensemble. */
export const zookeeper = ({ zookeeper: { servers } }: Pick<Environment, 'zookeeper'>): Group => ({
  name: 'zookeeper',
  rules: [
    {
      alert: 'ZooKeeperQuorumLost',
      expr: `(${SERVING}) < ${Math.floor(servers / 2) + 1}`,
      for: '2m',
      severity: 'critical',
      summary: `{{ $value }} of ${servers} servers serve: that is no majority.`,
      silences: ['TargetDown', 'ZooKeeperServerAlone'],
      runbook: {
        means: 'Brokers go on serving. No partition gets a new leader, and a broker that restarts waits.',
        look: [PODS, 'kubectl logs zookeeper-0', 'kubectl get pvc'],
        mend: 'Bring the servers back, and restart no broker before. Lost volumes: docs/recovery.md.',
      },
    },
    {
      alert: 'ZooKeeperServerAlone',
      expr: 'sum by (job, pod) (up{job="zookeeper"}) == 1 unless on (job, pod) zookeeper_avgrequestlatency',
      for: '5m',
      severity: 'warning',
      summary: '{{ $labels.pod }} runs and serves nobody.',
      runbook: {
        means: 'It has found no leader to follow. The ensemble cannot lose another one.',
        look: ['kubectl logs zookeeper-0', PODS],
        mend: 'Its log says which servers it asks. Restart it when they answer.',
      },
    },
    {
      alert: 'ZooKeeperRequestsWait',
      expr: `max by (job, pod) (zookeeper_outstandingrequests) > ${ZOOKEEPER_LIMITS.waiting}`,
      for: '2m',
      severity: 'warning',
      summary: '{{ $value }} requests wait at {{ $labels.pod }}.',
      runbook: {
        means: 'Brokers wait for their metadata, and may lose their sessions.',
        look: [query('rate(zookeeper_packetsreceived_total[5m])'), 'kubectl logs zookeeper-0'],
        mend: 'Nearly always the disk of the transaction log: look at the node, and at who else writes there.',
      },
    },
    {
      alert: 'ZooKeeperSlow',
      expr: `max by (job, pod) (zookeeper_avgrequestlatency) > ${ZOOKEEPER_LIMITS.milliseconds}`,
      for: '10m',
      severity: 'warning',
      summary: '{{ $labels.pod }} takes {{ $value | printf "%.0f" }} ms for a request, on average since it started.',
      runbook: {
        means: 'Elections and changes of topics take longer.',
        look: [query('zookeeper_maxrequestlatency'), 'kubectl logs zookeeper-0'],
        mend: 'As for requests that wait. The average begins anew when the server restarts.',
      },
    },
  ],
});
