import { Size, Yaml } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Resources } from '../../../lib/container';
import { addresses, type Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import { RequiredSecret } from '../../../lib/secret';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { oneLine } from '../../../lib/values/secrets';
import type { KafkaClients } from '../kafka/kafka';
import { maskingFilters } from './masking';
import { akhqUsers } from './rules';
import type { AkhqSize } from './size';

export interface AkhqProps extends AkhqSize {
  readonly image: string;
  readonly kafka: KafkaClients;
  /** Copies of a topic that somebody makes by hand. */
  readonly replication: number;
  /** Whether browsers reach it by HTTPS only. */
  readonly https: boolean;
}

const DEFAULT_PARTITIONS = 3;
const PAGE = 50;
/**
 * Pages that may be shown at once, all of the longest messages: each is in memory some 12 times, as bytes, texts,
 * masked texts and JSON.
 */
const PAGES = 8;
const COPIES = 12;

/** Kafka's user interface, at `path` of `web`. */
export class Akhq extends Component {
  readonly web: Endpoint;
  readonly path = '/akhq';

  constructor(scope: Platform, props: AkhqProps) {
    super(scope, 'akhq', 'messaging');
    const keys = {
      'jwt-signing-key': 'at least 32 random characters: who knows them can be any user',
      'users.yml': '`akhq.security.basic-auth`: users, password hashes, groups `bss-reader` or `bss-administrator`',
    };
    const secret = new RequiredSecret(this, 'akhq', keys, (key) => (key === 'users.yml' ? akhqUsers : oneLine(32)));
    // The context path also comes before the management endpoints: https://github.com/micronaut-projects/micronaut-core/issues/7552
    const healthy = { ...http('management', `${this.path}/health`), periodSeconds: 10, timeoutSeconds: 5 };
    const jvmOptions = nativeFile(__dirname, 'jvm.options');
    const akhq = new StatelessWorkload(this, 'default', {
      image: props.image,
      user: 1000,
      command: ['sh', '/etc/akhq/start.sh'],
      env: {
        MICRONAUT_CONFIG_FILES:
          '/etc/akhq/application.yml,/etc/akhq/environment.yml,/etc/akhq/masking.yml,/etc/akhq-users/users.yml',
        MICRONAUT_SERVER_CONTEXT_PATH: this.path,
        // It would ask the cloud's metadata address at every start.
        MICRONAUT_ENV_DEDUCTION: 'false',
        // The shipped one is public: anybody could sign a token for any user.
        MICRONAUT_SECURITY_TOKEN_JWT_SIGNATURES_SECRET_GENERATOR_SECRET: secret.key('jwt-signing-key'),
      },
      ports: { web: 8080, management: 28081 },
      files: {
        '/etc/akhq/start.sh': nativeFile(__dirname, 'start.sh'),
        '/etc/akhq/jvm.options': jvmOptions,
        '/etc/akhq/application.yml': nativeFile(__dirname, 'application.yml'),
        '/etc/akhq/environment.yml': environment(props, longestMessage(props.resources, jvmOptions)),
        '/etc/akhq/masking.yml': Yaml.stringify({
          akhq: { security: { 'data-masking': { filters: maskingFilters() } } },
        }),
      },
      secretFiles: { '/etc/akhq-users/users.yml': secret.key('users.yml') },
      scratch: { '/tmp': Size.mebibytes(256) },
      resources: props.resources,
      probes: {
        // On a machine with much to do it was not there after 300 s.
        startup: { ...healthy, periodSeconds: 2, failureThreshold: 450 },
        readiness: healthy,
        liveness: { ...healthy, failureThreshold: 6 },
      },
      graceSeconds: 30,
    });
    akhq.connectsTo(...props.kafka.bootstrap);
    if (props.host) akhq.publish('web', 'AKHQ', props.host);
    this.web = akhq.endpoint('web');
  }
}

function environment({ kafka, replication, https }: AkhqProps, longest: number): string {
  return Yaml.stringify({
    ...(https && { micronaut: { security: { 'token.jwt.cookie': { 'cookie-secure': true } } } }),
    akhq: {
      connections: { bss: { properties: { 'bootstrap.servers': addresses(kafka.bootstrap) } } },
      // Suggested when somebody makes a topic by hand.
      topic: { replication, partition: DEFAULT_PARTITIONS },
      'topic-data': { size: PAGE, 'kafka-max-message-length': longest },
    },
  });
}

/**
 * Longest message that is shown whole, in bytes; of a longer one only the first thousandth is. Otherwise four people
 * who look at one topic end AKHQ.
 */
function longestMessage({ memoryLimit }: Resources, jvmOptions: string): number {
  const percentage = Number(jvmOptions.match(/^-XX:MaxRAMPercentage=(\d+)$/m)![1]);
  return Math.floor((memoryLimit.toKibibytes() * 1024 * percentage) / 100 / (PAGE * PAGES * COPIES));
}
