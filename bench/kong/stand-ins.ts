import { Size } from 'cdk8s';
import type { StandIns } from '../../cluster/gateway/installation';
import { bundle, NODE_IMAGE } from '../../cluster/node-program';
import { images } from '../../config/images';
import { Component } from '../../lib/component';
import type { Endpoint } from '../../lib/endpoint';
import { nativeFile } from '../../lib/native-file';
import type { Platform } from '../../lib/platform';
import { exec, tcp } from '../../lib/probe';
import { StatelessWorkload } from '../../lib/stateless-workload';

const resources = { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(256) };

/** A service that costs nothing, a bare reverse proxy before it, and who asks them and the gateway. */
export class FastStandIns extends Component implements StandIns {
  readonly web: Endpoint;
  readonly bare: Endpoint;
  readonly client: StatelessWorkload;

  constructor(app: Platform) {
    super(app, 'bench', 'test');
    const upstream = this.nginx('upstream');
    const bare = this.nginx('bare');
    this.web = upstream.endpoint('web');
    this.bare = bare.endpoint('web');
    this.client = new StatelessWorkload(this, 'client', {
      image: NODE_IMAGE,
      user: 1000,
      command: ['sleep', 'infinity'],
      files: { '/etc/bench/load.mjs': bundle(`${__dirname}/load.mts`) },
      probes: { liveness: exec('true') },
      resources,
      graceSeconds: 1,
    });
    bare.connectsTo(this.web);
    this.client.connectsTo(this.web, this.bare);
  }

  /** The one of the gateway's own image: what differs is then not how it was built. */
  private nginx(name: string): StatelessWorkload {
    return new StatelessWorkload(this, name, {
      image: images.kong,
      user: 1000,
      command: ['/usr/local/openresty/nginx/sbin/nginx', '-p', '/tmp', '-c', '/etc/bench/nginx.conf'],
      files: { '/etc/bench/nginx.conf': nativeFile(__dirname, `${name}.conf`) },
      scratch: { '/tmp': Size.mebibytes(16) },
      ports: { web: 8080 },
      probes: { readiness: tcp('web'), liveness: tcp('web') },
      resources,
      graceSeconds: 1,
    });
  }
}
