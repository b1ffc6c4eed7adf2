import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../../charts/data/redis-cluster/redis-cluster';
import { clientLabels } from '../../../charts/platform';
import type { Namespace } from '../../../cluster/namespace';
import { bundle, NODE_IMAGE } from '../../../cluster/node-program';
import type { RedisInstallation } from '../../../cluster/redis/installation';
import { endLoad, startPod } from '../../../cluster/tool-pod';

/** What the load saw; see load.mts. */
export interface RedisLoadResult {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly firstFailure: string;
  readonly clusterDown: number;
  /** Without an acknowledgement for any key of a slot that was written to all the time. */
  readonly longestStallMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: number;
}

/** An application in the cluster that writes keys and keeps account of every one. */
export class RedisLoad {
  private readonly namespace: Namespace;

  constructor(
    { namespace, seeds, user, authority }: RedisInstallation,
    private readonly name: string,
    { keysPerSecond = 500, avoidNode }: { keysPerSecond?: number; avoidNode?: string } = {},
  ) {
    this.namespace = namespace;
    startPod(namespace, {
      name,
      image: NODE_IMAGE,
      labels: clientLabels(CLIENT_ROLE),
      command: ['node', '/etc/load/load.mjs', seeds, `${keysPerSecond}`, ...(user ? [user.name] : [])],
      env: { ...(user && { PASSWORD: user.password }), ...(authority && { AUTHORITY: authority }) },
      files: { '/etc/load/load.mjs': bundle(join(__dirname, 'load.mts')) },
      scratch: { '/tmp': Size.mebibytes(1) },
      resources: { cpu: 100, memory: Size.mebibytes(128), memoryLimit: Size.mebibytes(512) },
      avoidNode,
    });
    namespace.awaitLog(name, /^READY/);
  }

  /** Ends the load, and gives its account once everything was read back. */
  stop(): RedisLoadResult {
    return endLoad(this.namespace, this.name);
  }
}
