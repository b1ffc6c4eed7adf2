import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../../charts/applications/backend/backend';
import type { Environment } from '../../../charts/environment';
import { clientLabels, platform } from '../../../charts/platform';

import { awaitConverged, MESSAGING, manifests } from '../../../cluster/installation';
import { kubectl } from '../../../cluster/kubectl';
import { Namespace } from '../../../cluster/namespace';
import { bundle, NODE_IMAGE } from '../../../cluster/node-program';
import { endLoad, startPod } from '../../../cluster/tool-pod';
import { rehearsal } from '../../../config/rehearsal';
import { QUICK_TOOLS } from '../kafka-tool';

export const BACKEND_NAMESPACE = 'bss-backend';

/** What the backend stands on, and no more. */
const CHARTS = [
  ...MESSAGING,
  ...['development-secrets', 'redis-cluster', 'postgres', 'databases', 'pgbouncer', 'backend'],
];

const environment: Environment = {
  ...rehearsal,
  namespace: BACKEND_NAMESPACE,
  zookeeper: { ...rehearsal.zookeeper, servers: 1 },
  redisCluster: { ...rehearsal.redisCluster, topology: { kind: 'single' } },
  spread: 'preferred',
};

/** Three pods of the backend, and what they stand on. */
export class BackendInstallation {
  readonly namespace = new Namespace(BACKEND_NAMESPACE);

  /** What waits for others comes first, as nothing may depend on the order. */
  applyInReverse(): void {
    const [namespace, ...others] = CHARTS;
    for (const chart of [namespace!, ...others.reverse()]) kubectl(['apply', '-f', '-'], manifests(environment, chart));
  }

  awaitReady(): void {
    awaitConverged(this.namespace);
  }

  get address(): string {
    return platform(environment).backend.web.address;
  }

  /** A pod that calls the backend, as an application in the cluster does. */
  startClient(name: string, ...command: string[]): void {
    startPod(this.namespace, {
      name,
      image: NODE_IMAGE,
      labels: clientLabels(CLIENT_ROLE),
      command: command.length > 0 ? command : ['sleep', 'infinity'],
      files: { '/etc/load/load.mjs': bundle(join(__dirname, 'load.mts')) },
      scratch: { '/tmp': Size.mebibytes(1) },
      resources: { cpu: 50, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(384) },
    });
    this.namespace.awaitReady(name);
  }

  startLoad(name: string, customersPerSecond: number): void {
    this.startClient(name, 'node', '/etc/load/load.mjs', this.address, `${customersPerSecond}`);
    this.namespace.awaitLog(name, /^READY/);
  }

  /** Ends the load, and gives its account. */
  stopLoad(name: string): LoadResult {
    return endLoad(this.namespace, name);
  }

  /** Status and body of what the backend answers to the client. */
  ask<Body>(method: string, path: string, body?: object, headers: Record<string, string> = {}): [number, Body] {
    const program =
      'const [url, method, headers, body] = process.argv.slice(1); ' +
      'const a = await fetch(url, { method, headers: JSON.parse(headers), ...(body && { body }) }); ' +
      'console.log(JSON.stringify([a.status, await a.json()]))';
    const sent = { ...(body && { 'content-type': 'application/json' }), ...headers };
    const answer = this.namespace.exec(
      ...(['client', 'node', '--input-type=module', '-e', program, '--'] as const),
      ...[`http://${this.address}${path}`, method, JSON.stringify(sent), body ? JSON.stringify(body) : ''],
    );
    return JSON.parse(answer);
  }

  /** A number that the database gives. */
  count(query: string): number {
    return Number(this.namespace.exec('postgres-0', 'psql', '-XqAt', '-d', 'bss', '-c', `SELECT ${query}`).trim());
  }

  /** The records of a topic that are there now, with their headers. */
  records(topic: string): { headers: Record<string, string>; key: string; value: string }[] {
    const properties = ['print.headers', 'print.key'].flatMap((name) => ['--property', `${name}=true`]);
    const at = `--bootstrap-server localhost:9092 --topic ${topic}`;
    // Nothing of this age was deleted, so that the ends are how many there are.
    const script = `
      count=$(kafka-get-offsets ${at} | awk -F: '{ sum += $3 } END { print sum + 0 }')
      [ "$count" = 0 ] ||
        kafka-console-consumer ${at} ${properties.join(' ')} --from-beginning --max-messages "$count" --timeout-ms 60000 2>/dev/null`;
    return this.namespace
      .exec('kafka-0', 'env', QUICK_TOOLS, 'sh', '-c', script)
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [headers, key, value] = line.split('\t') as [string, string, string];
        // A comma separates headers, and may be in one.
        const pairs = headers.split(/,(?=[a-z_-]+:)/).map((pair) => [pair.split(':')[0]!, pair.replace(/^[^:]*:/, '')]);
        return { headers: Object.fromEntries(pairs), key, value };
      });
  }

  /** Writes records as a producer does that is not ours: `headers<tab>key<tab>value`. */
  write(topic: string, lines: string[]): void {
    const properties = ['parse.headers', 'parse.key'].flatMap((name) => ['--property', `${name}=true`]);
    const producer = [
      'kafka-console-producer',
      '--bootstrap-server',
      'localhost:9092',
      '--topic',
      topic,
      ...properties,
    ];
    kubectl(
      ['-n', BACKEND_NAMESPACE, 'exec', '-i', 'kafka-0', '--', 'env', QUICK_TOOLS, ...producer],
      `${lines.join('\n')}\n`,
    );
  }
}

/** What the load saw; see load.mts. */
export interface LoadResult {
  readonly customers: number;
  readonly changes: number;
  readonly requests: number;
  /** Sent again, as the server ended the connection that they were on their way on. */
  readonly reset: number;
  readonly failed: number;
  readonly firstFailure: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
