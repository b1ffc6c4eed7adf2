import { Yaml } from 'cdk8s';
import { Component } from '../../../lib/component';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http, tcp } from '../../../lib/probe';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import type { KafkaClients } from '../../messaging/kafka/kafka';
import type { KminionSize } from './size';

export interface KminionProps extends KminionSize {
  readonly image: string;
  readonly kafka: KafkaClients;
}

const FILE = '/etc/kminion/kminion.yaml';
const PORTS = { metrics: 8080 };

/** Says how far every group of consumers is behind, also those that say nothing themselves. */
export class Kminion extends Component {
  constructor(scope: Platform, { image, kafka, resources }: KminionProps) {
    super(scope, 'kminion', 'observability');
    const kminion = new StatelessWorkload(this, 'default', {
      image,
      user: 1000,
      command: ['/app/kminion'],
      env: { CONFIG_FILEPATH: FILE },
      ports: PORTS,
      files: {
        [FILE]: () =>
          nativeFile(__dirname, 'kminion.yaml') +
          Yaml.stringify({ kafka: { brokers: kafka.bootstrap.map(({ address }) => address) } }),
      },
      metrics: { port: 'metrics', path: '/metrics' },
      resources,
      probes: {
        readiness: { ...http('metrics', '/ready'), periodSeconds: 10 },
        liveness: { ...tcp('metrics'), periodSeconds: 15, failureThreshold: 6 },
      },
      graceSeconds: 5,
    });
    kminion.connectsTo(...kafka.bootstrap);
  }
}
