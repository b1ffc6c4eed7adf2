import { Size, Yaml } from 'cdk8s';
import type { Construct } from 'constructs';
import { Component, type ComponentProps } from '../../../lib/component';
import type { Resources } from '../../../lib/container';
import { addresses, type Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import { http } from '../../../lib/probe';
import { RequiredSecret } from '../../../lib/secret';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import type { HostPort } from '../../../lib/workload';
import { akhqUsers, each, oneLine } from '../../secret-values';
import type { Kafka } from '../kafka/kafka';

export interface AkhqProps extends ComponentProps {
  readonly image: string;
  readonly resources: Resources;
  readonly kafka: Kafka;
  /** @default - not reachable from the machine that runs the cluster */
  readonly host?: HostPort;
}

const DEFAULT_PARTITIONS = 3;

/** Kafka's user interface, at `path` of `web`. */
export class Akhq extends Component {
  readonly web: Endpoint;
  readonly path = '/akhq';

  constructor(scope: Construct, props: AkhqProps) {
    super(scope, 'akhq', props);
    const keys = {
      'jwt-signing-key': 'at least 32 random characters: who knows them can be any user',
      'users.yml': '`akhq.security.basic-auth`: users, password hashes, groups `bss-reader` or `bss-administrator`',
    };
    const secret = new RequiredSecret(
      this,
      'akhq',
      keys,
      each((key) => (key === 'users.yml' ? akhqUsers : oneLine(32))),
    );
    // The context path also comes before the management endpoints: https://github.com/micronaut-projects/micronaut-core/issues/7552
    const healthy = { ...http('management', `${this.path}/health`), periodSeconds: 10, timeoutSeconds: 5 };
    const akhq = new StatelessWorkload(this, 'default', {
      image: props.image,
      component: 'messaging',
      user: 1000,
      command: ['sh', '/etc/akhq/start.sh'],
      env: {
        MICRONAUT_CONFIG_FILES: '/etc/akhq/application.yml,/etc/akhq/connection.yml,/etc/akhq-users/users.yml',
        MICRONAUT_SERVER_CONTEXT_PATH: this.path,
        // It would ask the cloud's metadata address at every start.
        MICRONAUT_ENV_DEDUCTION: 'false',
        // The shipped one is public: anybody could sign a token for any user.
        MICRONAUT_SECURITY_TOKEN_JWT_SIGNATURES_SECRET_GENERATOR_SECRET: secret.key('jwt-signing-key'),
      },
      // 28081 is as sensitive as the UI: it changes log levels without a login.
      ports: { web: 8080, management: 28081 },
      files: {
        '/etc/akhq/start.sh': nativeFile(__dirname, 'start.sh'),
        '/etc/akhq/jvm.options': nativeFile(__dirname, 'jvm.options'),
        '/etc/akhq/application.yml': nativeFile(__dirname, 'application.yml'),
        '/etc/akhq/connection.yml': connection(props.kafka),
      },
      secretFiles: { '/etc/akhq-users/users.yml': secret.key('users.yml') },
      scratch: { '/tmp': Size.mebibytes(256) },
      resources: props.resources,
      probes: {
        startup: { ...healthy, periodSeconds: 2, failureThreshold: 150 },
        readiness: healthy,
        liveness: { ...healthy, failureThreshold: 6 },
      },
      graceSeconds: 30,
    });
    akhq.connectsTo(...props.kafka.clients);
    if (props.host) akhq.publish('web', 'AKHQ', props.host);
    this.web = akhq.endpoint('web');
  }
}

function connection(kafka: Kafka): string {
  return Yaml.stringify({
    akhq: {
      connections: { bss: { properties: { 'bootstrap.servers': addresses(kafka.clients) } } },
      // Suggested when somebody makes a topic by hand.
      topic: { replication: kafka.replication, partition: DEFAULT_PARTITIONS },
    },
  });
}
