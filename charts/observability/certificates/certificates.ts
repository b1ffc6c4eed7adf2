import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http } from '../../../lib/probe';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import type { CertificatesSize } from './size';

export interface CertificatesProps extends CertificatesSize {
  /** The Blackbox exporter's image. */
  readonly image: string;
  /** What speaks TLS with a certificate that somebody must renew. */
  readonly servers: readonly Endpoint[];
}

/** Says until when the certificates of servers hold, as their clients see them. */
export class Certificates extends Component {
  constructor(scope: Platform, { image, resources, servers }: CertificatesProps) {
    super(scope, 'certificates', 'observability');
    const exporter = new StatelessWorkload(this, 'default', {
      image,
      user: 65534,
      command: ['/bin/blackbox_exporter', '--config.file=/etc/blackbox_exporter/blackbox.yml'],
      ports: { metrics: 9115 },
      files: { '/etc/blackbox_exporter/blackbox.yml': nativeFile(__dirname, 'blackbox.yml') },
      metrics: { port: 'metrics', path: '/probe', targets: { module: 'tls', servers } },
      resources,
      probes: {
        readiness: { ...http('metrics', '/-/healthy'), periodSeconds: 5 },
        liveness: { ...http('metrics', '/-/healthy'), periodSeconds: 15, failureThreshold: 6 },
      },
      graceSeconds: 10,
    });
    exporter.connectsTo(...servers);
    const wrong = 'certificates are to be looked at, but nothing speaks TLS with one of yours. Leave certificates out.';
    this.node.addValidation({ validate: () => (servers.length > 0 ? [] : [wrong]) });
  }
}
