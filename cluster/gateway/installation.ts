import { Size, Yaml } from 'cdk8s';
import { Redis } from '../../charts/data/redis/redis';
import type { Environment } from '../../charts/environment';
import { DevelopmentSecrets } from '../../charts/foundation/development-secrets';
import { Namespace as NamespaceChart } from '../../charts/foundation/namespace';
import { Kong } from '../../charts/gateway/kong/kong';
import { BODY_LIMIT } from '../../charts/gateway/kong/plugins';
import { api, operatorsPage } from '../../charts/gateway/kong/policies';
import { PLATFORM } from '../../charts/platform';
import { images } from '../../config/images';
import { Component } from '../../lib/component';
import type { Endpoint } from '../../lib/endpoint';
import { objectsOf } from '../../lib/manifest-files';
import { nativeFile } from '../../lib/native-file';
import { Platform } from '../../lib/platform';
import { exec, tcp } from '../../lib/probe';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { eventually } from '../eventually';
import { kubectl } from '../kubectl';
import { Namespace } from '../namespace';
import type { Answer, Model, Request } from './requests';

export const GATEWAY_NAMESPACE = 'bss-gateway';

const resources = { cpu: 50, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(256) };

/** Stands for everything that is behind the gateway, and for everybody before it. */
export interface StandIns {
  readonly web: Endpoint;
  readonly client: StatelessWorkload;
}

class Echo extends Component implements StandIns {
  readonly web: Endpoint;
  readonly client: StatelessWorkload;

  constructor(app: Platform) {
    super(app, 'stand-in', 'test');
    const program = (name: string, command: string[]) => ({
      image: images.kafka,
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

/** The gateway of an environment alone, before stand-ins: an API at two paths and a page that by default answer what they are asked. */
export class GatewayInstallation {
  readonly namespace: Namespace;
  readonly kong: Kong;
  private readonly app: Platform;

  constructor(
    private readonly environment: Environment,
    namespace = GATEWAY_NAMESPACE,
    standInsOf = (app: Platform): StandIns => new Echo(app),
  ) {
    this.namespace = new Namespace(namespace);
    this.app = new Platform({ name: PLATFORM, namespace, spread: 'preferred' });
    new NamespaceChart(this.app);
    const standIns = standInsOf(this.app);
    const redis = new Redis(this.app, { ...environment.redis, image: images.redis });
    this.kong = new Kong(this.app, {
      ...environment.kong,
      image: images.kong,
      postgresImage: images.postgres,
      sites: [
        api({ web: standIns.web, path: '/api' }),
        api({ web: standIns.web, path: '/tmf-api' }),
        operatorsPage({ web: standIns.web, path: '/page' }),
      ],
      counters: redis.counters,
    });
    standIns.client.connectsTo(this.kong.proxy, this.kong.proxyTls);
    const values = Object.entries(environment.developmentSecrets!).filter(([name]) => /^(kong|redis-users)/.test(name));
    new DevelopmentSecrets(this.app, Object.fromEntries(values));
  }

  get model(): Model {
    const { configuration } = this.kong;
    return {
      configuration,
      runtime: { bodyLimit: BODY_LIMIT },
      keys: this.environment.developmentSecrets!['kong-keys']!,
    };
  }

  /** Database of the version that is applied. @throws where the gateway has none */
  get database(): string {
    const names = JSON.stringify(objectsOf(this.kong)).match(/kong_[0-9a-f]{8}/);
    if (!names) throw new Error('this gateway has no database');
    return names[0];
  }

  apply(): void {
    kubectl(['apply', '-f', '-'], Yaml.stringify(...this.app.charts.flatMap(objectsOf)));
  }

  awaitReady(): void {
    this.namespace.awaitRollout(...this.namespace.run('get', 'deployments', '-o', 'name').trim().split('\n'));
  }

  /** Changes keys of the Secret, and lets all pods read them. */
  setKeys(keys: Record<string, string>): void {
    const patch = JSON.stringify({ stringData: keys });
    this.namespace.run('patch', 'secret', 'kong-keys', '-p', patch);
    this.restart();
  }

  /**
   * Restarts, and waits until the old pods are gone: `exec deployment/kong` could choose one of them, and they take
   * part of the cores.
   */
  restart(): void {
    this.namespace.run('rollout', 'restart', 'deployment/kong');
    this.namespace.awaitRollout('deployment/kong');
    eventually('the old pods to be gone', () =>
      this.namespace.pods('app.kubernetes.io/name=kong').every(({ metadata }) => !metadata.deletionTimestamp),
    );
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
    const command = ['-n', this.namespace.name, ...this.clientCommand(...args)];
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
