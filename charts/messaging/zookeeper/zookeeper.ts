import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile, nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { exec, tcp } from '../../../lib/probe';
import { settings } from '../../../lib/settings';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import { heapFlag } from '../heap';
import type { ZooKeeperSize } from './size';

export interface ZooKeeperProps extends ZooKeeperSize {
  readonly image: string;
}

/** How a pod's scripts speak to ZooKeeper. */
export const sessionFile = nativeFiles(__dirname, '/etc/bss', 'zookeeper_session.py');

/** Seconds that a server stays for brokers that leave at the same time. */
const LEAVE_SECONDS = 40;

const PORTS = { client: 2181, quorum: 2888, election: 3888 };

/** The ensemble that keeps Kafka's metadata. A client knows all of `clients` and moves on from one that is silent. */
export class ZooKeeper extends Component {
  readonly clients: Endpoint[];

  constructor(scope: Platform, props: ZooKeeperProps) {
    super(scope, 'zookeeper', 'messaging');
    const zookeeper = new StatefulWorkload(this, 'default', {
      image: props.image,
      user: 1000,
      command: ['bash', '/etc/bss/start.sh'],
      env: { HEAP: heapFlag(props.heap) },
      ports: PORTS,
      files: {
        ...nativeFiles(__dirname, '/etc/bss', 'start.sh', 'ready.sh', 'leave.py'),
        ...sessionFile,
        ...nativeFiles(__dirname, '/etc/bss', 'log4j.properties'),
        '/etc/bss/zookeeper.properties': () =>
          nativeFile(__dirname, 'zookeeper.properties') + settings(ensemble(this.clients), '='),
      },
      // The image declares both paths as volumes: a claim above them would be covered by throw-away ones.
      claims: {
        data: { mountPath: '/var/lib/zookeeper/data', size: props.data },
        log: { mountPath: '/var/lib/zookeeper/log', size: props.log },
      },
      scratch: { '/tmp': Size.mebibytes(16) },
      resources: props.resources,
      probes: {
        startup: { ...tcp('client'), periodSeconds: 1, failureThreshold: 300 },
        readiness: { ...exec('bash', '/etc/bss/ready.sh', `${PORTS.client}`), periodSeconds: 10, timeoutSeconds: 3 },
        liveness: { ...tcp('client'), periodSeconds: 10, failureThreshold: 6 },
      },
      preStop: ['python3', '-B', '/etc/bss/leave.py', `${PORTS.client}`, `${LEAVE_SECONDS}`],
      graceSeconds: LEAVE_SECONDS + 20,
      replicas: props.servers,
    });
    if (props.servers > 1) {
      zookeeper.connectsTo(...zookeeper.podEndpoints('quorum'), ...zookeeper.podEndpoints('election'));
    }
    // Not one address for all: it would lead to the server of a lost node until Kubernetes noticed, for 40 s.
    this.clients = zookeeper.podEndpoints('client');
  }
}

/** A single server stands alone; several name each other by the address that each keeps. */
function ensemble(servers: readonly Endpoint[]): Record<string, string | number> {
  const peers = servers.length === 1 ? [] : servers;
  return {
    clientPort: PORTS.client,
    ...Object.fromEntries(
      peers.map(({ host }, index) => [`server.${index + 1}`, `${host}:${PORTS.quorum}:${PORTS.election}`]),
    ),
  };
}
