import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import { RequiredSecret } from '../../../lib/secret';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { oneLine } from '../../../lib/values/secrets';
import { goMemory } from '../go';
import type { Prometheus } from '../prometheus/prometheus';
import type { Board } from './boards/board';
import { pathOf, provisioned } from './provisioning';
import { boardErrors } from './rules';
import type { GrafanaSize } from './size';

export interface GrafanaProps extends GrafanaSize {
  readonly image: string;
  readonly prometheus: Prometheus;
  /** What it shows; the first one is what people see first. */
  readonly boards: readonly Board[];
  /** Whether browsers reach it by HTTPS only. */
  readonly https: boolean;
}

const SETTINGS = '/etc/grafana-settings/grafana.ini';

/** The boards, at `path` of `web`: the path is Grafana's own and must not be stripped. */
export class Grafana extends Component {
  readonly web: Endpoint;
  readonly path = '/grafana';

  constructor(scope: Platform, props: GrafanaProps) {
    super(scope, 'grafana', 'observability');
    const { image, resources, prometheus, boards, https } = props;
    const keys = {
      'admin-password': 'password of `admin`; what it changes is gone when the pod restarts',
      'secret-key': 'at least 32 random characters, which Grafana encrypts and signs with',
    };
    const secret = new RequiredSecret(this, 'grafana', keys, (key) => oneLine(key === 'secret-key' ? 32 : 1));
    // Whether its own database answers, which ends with the pod.
    const healthy = { ...http('web', `${this.path}/api/health`), periodSeconds: 10, timeoutSeconds: 5 };
    const grafana = new StatelessWorkload(this, 'default', {
      image,
      user: 472,
      env: {
        GF_PATHS_CONFIG: SETTINGS,
        // Its path is what counts: browsers come by other names, and are sent nowhere else.
        GF_SERVER_ROOT_URL: `http://localhost:3000${this.path}/`,
        GF_SECURITY_COOKIE_SECURE: `${https}`,
        GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: pathOf(boards[0]!),
        PROMETHEUS_URL: `${prometheus.web.url}${prometheus.path}`,
        ...goMemory(resources.memoryLimit),
      },
      ports: { web: 3000 },
      metrics: { port: 'web', path: `${this.path}/metrics` },
      files: { [SETTINGS]: nativeFile(__dirname, 'grafana.ini'), ...provisioned(boards) },
      secretFiles: secret.files('/etc/grafana-secrets'),
      scratch: { '/var/lib/grafana': Size.mebibytes(256), '/tmp': Size.mebibytes(64) },
      resources,
      probes: {
        // It makes its database at each start.
        startup: { ...healthy, periodSeconds: 2, failureThreshold: 300 },
        readiness: healthy,
        liveness: { ...healthy, failureThreshold: 6 },
      },
      graceSeconds: 30,
    });
    grafana.connectsTo(prometheus.web);
    if (props.host) grafana.publish('web', 'Grafana', props.host);
    this.web = grafana.endpoint('web');
    this.node.addValidation({ validate: () => boardErrors(boards) });
  }
}
