import { Yaml } from 'cdk8s';
import { Component } from '../../../lib/component';
import { PodField } from '../../../lib/container';
import { rendered } from '../../../lib/content';
import { counted } from '../../../lib/counted';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import { RequiredSecret } from '../../../lib/secret';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import { oneLine } from '../../../lib/values/secrets';
import type { Group } from '../rules/rule';
import { configuration, hasSecret, portOf, SECRETS } from './configuration';
import type { AlertmanagerSize } from './size';

export interface AlertmanagerProps extends AlertmanagerSize {
  readonly image: string;
  /** The rules whose alerts it gets, when all are declared. */
  readonly groups: () => readonly Group[];
}

const PORTS = { web: 9093, gossip: 9094 };
const VOLUME = '/alertmanager';

/** Takes the alerts of every Prometheus, and tells each of them once to whom it concerns. */
export class Alertmanager extends Component {
  /** Each of the servers: who has an alert tells it to all of them. */
  readonly servers: readonly Endpoint[];

  constructor(scope: Platform, props: AlertmanagerProps) {
    super(scope, 'alertmanager', 'observability');
    const { image, replicas, resources, disk, receivers, groups } = props;
    const alertmanager = new StatefulWorkload(this, 'default', {
      image,
      user: 65534,
      command: [
        '/bin/alertmanager',
        '--config.file=/etc/alertmanager/alertmanager.yml',
        `--storage.path=${VOLUME}`,
        // One alone would look for an address to be found at, and has nobody to find it.
        ...(replicas === 1
          ? ['--cluster.listen-address=']
          : [
              // Where pods have addresses that are nobody's own it would find none to be told of.
              `--cluster.advertise-address=$(POD_IP):${PORTS.gossip}`,
              ...counted(replicas).map((ordinal) => rendered(() => peer(ordinal))),
            ]),
      ],
      ...(replicas > 1 && { env: { POD_IP: PodField.IP } }),
      ports: PORTS,
      files: {
        '/etc/alertmanager/alertmanager.yml': () =>
          nativeFile(__dirname, 'alertmanager.yml') + Yaml.stringify(configuration(props, groups())),
      },
      secretFiles: secretFiles(this, receivers),
      metrics: { port: 'web', path: '/metrics' },
      claims: { data: { mountPath: VOLUME, size: disk } },
      resources,
      probes: {
        readiness: { ...http('web', '/-/ready'), periodSeconds: 5 },
        liveness: { ...http('web', '/-/healthy'), periodSeconds: 15, failureThreshold: 6 },
      },
      graceSeconds: 30,
      replicas,
    });
    this.servers = alertmanager.podEndpoints('web');
    const peers = replicas > 1 ? alertmanager.podEndpoints('gossip') : [];
    const peer = (ordinal: number) => `--cluster.peer=${peers[ordinal]!.address}`;
    if (replicas > 1) {
      alertmanager.connectsTo(...peers);
      alertmanager.gossips('gossip');
    }
    for (const [name, receiver] of Object.entries(receivers)) {
      alertmanager.connectsOutside(name, { networks: receiver.networks, ports: [portOf(receiver)] });
    }
  }
}

/** A key for each receiver that wants to know who tells it something. */
function secretFiles(scope: Component, receivers: AlertmanagerProps['receivers']) {
  const keys = Object.entries(receivers).flatMap(([name, receiver]) =>
    hasSecret(receiver)
      ? [
          [
            name,
            receiver.kind === 'webhook'
              ? `token that ${receiver.url} asks for`
              : `password of ${receiver.user} at ${receiver.server}`,
          ],
        ]
      : [],
  );
  return keys.length > 0
    ? new RequiredSecret(scope, 'alertmanager', Object.fromEntries(keys), () => oneLine()).files(SECRETS)
    : undefined;
}
