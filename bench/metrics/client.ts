import { Size } from 'cdk8s';
import type { Components } from '../../charts/platform';
import { bundle, NODE_IMAGE } from '../../cluster/node-program';
import { Component } from '../../lib/component';
import { exec } from '../../lib/probe';
import { StatelessWorkload } from '../../lib/stateless-workload';

/** Who asks the gateway and the backend, with the connections of the model. */
export class Client extends Component {
  constructor({ app, kong, backend }: Components) {
    super(app, 'bench', 'test');
    const client = new StatelessWorkload(this, 'client', {
      image: NODE_IMAGE,
      user: 1000,
      command: ['sleep', 'infinity'],
      files: {
        '/etc/bench/load.mjs': bundle(`${__dirname}/../kong/load.mts`),
        '/etc/bench/write.mjs': bundle(`${__dirname}/write.mts`),
      },
      scratch: { '/tmp': Size.mebibytes(1) },
      probes: { liveness: exec('true') },
      resources: { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(384) },
      graceSeconds: 1,
    });
    client.connectsTo(kong.proxy, backend.web);
  }
}
