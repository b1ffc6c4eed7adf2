import { App, Size, Yaml } from 'cdk8s';
import { Redis } from '../../../charts/data/redis/redis';
import { DevelopmentSecrets } from '../../../charts/foundation/development-secrets';
import { Namespace as NamespaceChart } from '../../../charts/foundation/namespace';
import { Kong } from '../../../charts/gateway/kong/kong';
import { api, operatorsPage } from '../../../charts/gateway/kong/site';
import type { Environment } from '../../../config/environment';
import { images } from '../../../config/images';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import { exec, tcp } from '../../../lib/probe';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { kubectl, Namespace } from '../cluster';
import type { Answer, Model, Request } from './cases';

export const GATEWAY_NAMESPACE = 'bss-gateway';

const resources = { cpu: 50, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(256) };

/** Stands for everything that is behind the gateway, and for everybody before it. */
class StandIns extends Component {
  readonly web: Endpoint;
  readonly client: StatelessWorkload;

  constructor(app: App) {
    super(app, 'stand-in', { namespace: GATEWAY_NAMESPACE });
    const program = (name: string, command: string[]) => ({
      image: images.kafka,
      component: 'test',
      user: 1000,
      command: ['python3', `/etc/test/${name}`, ...command],
      files: { [`/etc/test/${name}`]: nativeFile(__dirname, name) },
      resources,
      graceSeconds: 1,
    });
    const service = new StatelessWorkload(this, 'default', {
      ...program('echo.py', ['8080']),
      ports: { web: 8080 },
      probes: { readiness: tcp('web'), liveness: tcp('web') },
    });
    this.web = service.endpoint('web');
    this.client = new StatelessWorkload(this, 'client', {
      ...program('client.py', []),
      command: ['sleep', 'infinity'],
      probes: { liveness: exec('true') },
    });
  }
}

/** The gateway of an environment alone, before stand-ins: an API and a page that both answer what they are asked. */
export class GatewayInstallation {
  readonly namespace = new Namespace(GATEWAY_NAMESPACE);
  private readonly app = new App();
  private readonly kong: Kong;

  constructor(private readonly environment: Environment) {
    const namespace = GATEWAY_NAMESPACE;
    new NamespaceChart(this.app, { namespace });
    const standIns = new StandIns(this.app);
    const redis = new Redis(this.app, { ...environment.redis, namespace, image: images.redis });
    this.kong = new Kong(this.app, {
      ...environment.kong,
      namespace,
      image: images.kong,
      postgresImage: images.postgres,
      sites: [api({ web: standIns.web, path: '/api' }), operatorsPage({ web: standIns.web, path: '/page' })],
      counters: redis.counters,
    });
    standIns.client.connectsTo(this.kong.proxy, this.kong.proxyTls);
    const values = Object.entries(environment.developmentSecrets!).filter(([name]) => /^(kong|redis-users)/.test(name));
    new DevelopmentSecrets(this.app, { namespace, values: Object.fromEntries(values) });
  }

  get model(): Model {
    const { configuration, runtime } = this.kong;
    return { configuration, runtime, keys: this.environment.developmentSecrets!['kong-keys']! };
  }

  /** Of the version that is applied. @throws where the gateway has none */
  get database(): string {
    const names = JSON.stringify(this.kong.toJson()).match(/kong_[0-9a-f]{8}/);
    if (!names) throw new Error('this gateway has no database');
    return names[0];
  }

  apply(): void {
    kubectl(['apply', '-f', '-'], Yaml.stringify(...this.app.charts.flatMap((chart) => chart.toJson())));
  }

  awaitReady(): void {
    for (const name of ['stand-in', 'stand-in-client', 'redis', 'kong'])
      this.namespace.awaitRollout(`deployment/${name}`);
  }

  /** Changes keys of the Secret, and lets all pods read them. */
  setKeys(keys: Record<string, string>): void {
    const patch = JSON.stringify({ stringData: keys });
    this.namespace.run('patch', 'secret', 'kong-keys', '-p', patch);
    this.restart();
  }

  restart(): void {
    this.namespace.run('rollout', 'restart', 'deployment/kong');
    this.namespace.awaitRollout('deployment/kong');
  }

  ask(requests: readonly Request[]): Answer[] {
    const { proxy, proxyTls } = this.kong;
    return this.client(requests, 'ask', proxy.host, `${proxy.portNumber}`, `${proxyTls.portNumber}`);
  }

  burst(request: Request, count: number): Burst {
    return this.client(request, 'burst', ...this.door(request), `${count}`);
  }

  load(requests: readonly Request[], perSecond: number, seconds: number, ...options: 'keepalive'[]): Promise<Load> {
    const run = this.clientCommand('load', ...this.door(requests[0]!), `${perSecond}`, `${seconds}`, ...options);
    return this.namespace.start(run, JSON.stringify(requests)).then((text) => JSON.parse(text));
  }

  /** Whether a pod with the client's rights gets a connection. */
  connects(host: string, port: number): boolean {
    const script = 'import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)';
    return this.namespace.try('exec', 'deployment/stand-in-client', '--', 'python3', '-c', script, host, `${port}`).ok;
  }

  private door({ tls = false }: Request): [host: string, port: string] {
    const endpoint = tls ? this.kong.proxyTls : this.kong.proxy;
    return [endpoint.host, `${endpoint.portNumber}`];
  }

  private clientCommand(...args: string[]): string[] {
    return ['exec', '-i', 'deployment/stand-in-client', '--', 'python3', '/etc/test/client.py', ...args];
  }

  private client<Result>(question: unknown, ...args: string[]): Result {
    const command = ['-n', GATEWAY_NAMESPACE, ...this.clientCommand(...args)];
    return JSON.parse(kubectl(command, JSON.stringify(question)));
  }
}

export interface Burst {
  readonly passed: number;
  /** Whether those that passed came before those that did not. */
  readonly passedFirst: boolean;
  readonly lastPassed: Answer | null;
  readonly firstRefused: Answer | null;
  readonly seconds: number;
  readonly oneMinute: boolean;
}

export interface Load {
  readonly sent: number;
  readonly failed: number;
  readonly failures: string[];
}
