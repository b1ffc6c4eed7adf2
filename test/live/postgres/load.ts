import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../../charts/data/pgbouncer/pgbouncer';
import { clientLabels } from '../../../charts/platform';
import { bundle, NODE_IMAGE } from '../../../cluster/node-program';
import { endLoad, startPod } from '../../../cluster/tool-pod';
import type { PostgresInstallation } from './installation';

/** What the load saw; see load.mts. */
export interface PostgresLoadResult {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly firstFailure: string;
  readonly longestStallMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: number;
  readonly torn: number;
}

/** An application in the cluster that writes rows through PgBouncer and keeps account of every one. */
export class PostgresLoad {
  constructor(
    private readonly installation: PostgresInstallation,
    private readonly name: string,
    rowsPerSecond = 100,
  ) {
    const login = installation.application('bss');
    const { server, database, role, connectionLifetimeSeconds } = login;
    startPod(installation.namespace, {
      name,
      image: NODE_IMAGE,
      labels: clientLabels(CLIENT_ROLE),
      command: [
        ...['node', '/etc/load/load.mjs', server.host, `${server.portNumber}`, database, role],
        ...[name, `${rowsPerSecond}`, `${connectionLifetimeSeconds}`],
      ],
      env: { PASSWORD: installation.passwordOf(login) },
      files: { '/etc/load/load.mjs': bundle(join(__dirname, 'load.mts')) },
      scratch: { '/tmp': Size.mebibytes(1) },
      resources: { cpu: 100, memory: Size.mebibytes(128), memoryLimit: Size.mebibytes(512) },
    });
    installation.namespace.awaitLog(name, /^READY/);
  }

  /** Ends the load, and gives its account once everything was read back. */
  stop(): PostgresLoadResult {
    return endLoad(this.installation.namespace, this.name);
  }
}
