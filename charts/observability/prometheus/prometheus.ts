import { Yaml } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import type { Workload } from '../../../lib/workload';
import { type Group, ruleFile } from '../rules/rule';
import { PATH } from './address';
import { scrapeJob, type Target, targetsAmong } from './jobs';
import { DISK_SHARE, retentionErrors } from './rules';
import type { PrometheusSize } from './size';

export interface PrometheusProps extends PrometheusSize {
  readonly image: string;
  /** What it evaluates, when all is declared. */
  readonly groups: () => readonly Group[];
  /** Where people reach the gateway, for example `https://www.example.com`: links in messages begin so. @default - they have a path only */
  readonly outside?: string;
  /** Who is told of the alerts: each of them of all. */
  readonly alertmanagers: readonly Endpoint[];
}

const PORTS = { web: 9090 };
const VOLUME = '/prometheus';

/** Asks everything that has metrics every 15 seconds, and answers questions about it, at `path` of `web`. */
export class Prometheus extends Component {
  readonly web: Endpoint;
  readonly path = PATH;
  private readonly server: StatefulWorkload;
  private readonly alertmanagers: readonly Endpoint[];
  private targets: readonly Target[] = [];

  constructor(scope: Platform, props: PrometheusProps) {
    super(scope, 'prometheus', 'observability');
    const { image, replicas, resources, disk, retention, alertmanagers } = props;
    this.alertmanagers = alertmanagers;
    this.server = new StatefulWorkload(this, 'default', {
      image,
      user: 65534,
      command: [
        '/bin/prometheus',
        '--config.file=/etc/prometheus/prometheus.yml',
        `--storage.tsdb.path=${VOLUME}`,
        `--storage.tsdb.retention.time=${retention.toSeconds()}s`,
        `--storage.tsdb.retention.size=${Math.floor(disk.toMebibytes() * DISK_SHARE)}MB`,
        // Behind the gateway and beside it alike: every link and every path begins so.
        `--web.external-url=${props.outside ?? ''}${this.path}`,
        `--web.route-prefix=${this.path}`,
        // A question that is too large ends, and not the server.
        ...['--query.timeout=30s', '--query.max-samples=10000000'],
      ],
      ports: PORTS,
      files: {
        '/etc/prometheus/prometheus.yml': () => this.configuration,
        '/etc/prometheus/rules.yml': () => Yaml.stringify(ruleFile(props.groups())),
      },
      metrics: { port: 'web', path: `${this.path}/metrics` },
      claims: { data: { mountPath: VOLUME, size: disk } },
      resources,
      probes: {
        // After a crash the log is read again: half an hour.
        startup: { ...http('web', `${this.path}/-/ready`), periodSeconds: 2, failureThreshold: 900 },
        readiness: { ...http('web', `${this.path}/-/ready`), periodSeconds: 5, timeoutSeconds: 3 },
        liveness: {
          ...http('web', `${this.path}/-/healthy`),
          periodSeconds: 15,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
      },
      // It writes what it has in memory.
      graceSeconds: 120,
      replicas,
    });
    this.server.connectsTo(...alertmanagers);
    this.web = this.server.endpoint('web');
    if (props.host) this.server.publish('web', 'Prometheus', props.host);
    this.node.addValidation({
      validate: () =>
        retentionErrors(sum(this.targets.map(({ workload }) => workload.replicas + workload.surge)), props),
    });
  }

  /** Asks those of the workloads that have metrics, each of their pods: those of the last call, when all are declared. */
  asks(workloads: readonly Workload[]): void {
    this.targets = targetsAmong(workloads);
    this.server.connectsTo(...this.targets.flatMap(({ endpoints }) => endpoints));
  }

  private get configuration(): string {
    const alertmanagers = [{ static_configs: [{ targets: this.alertmanagers.map(({ address }) => address) }] }];
    return (
      nativeFile(__dirname, 'prometheus.yml') +
      Yaml.stringify({ alerting: { alertmanagers }, scrape_configs: this.targets.map(scrapeJob) })
    );
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
