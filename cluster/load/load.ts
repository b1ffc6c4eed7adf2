import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE as OF_THE_BACKEND } from '../../charts/applications/backend/backend';
import { CLIENT_ROLE as OF_REDIS_CLUSTER } from '../../charts/data/redis-cluster/redis-cluster';
import type { Environment } from '../../charts/environment';
import { CLIENT_ROLE as OF_KAFKA } from '../../charts/messaging/kafka/kafka';
import { QUICK_JVM } from '../../charts/messaging/topics/topics';
import { clientLabels, platform } from '../../charts/platform';
import type { Endpoint } from '../../lib/endpoint';
import { kubectl } from '../kubectl';
import { Namespace } from '../namespace';
import { bundle, NODE_IMAGE } from '../node-program';
import { RedisInstallation } from '../redis/installation';
import { endLoad, removePod, startPod } from '../tool-pod';

/** Requests of one kind. */
export interface Stream {
  /** @default 'GET' */
  readonly method?: string;
  readonly path: string;
  /** What the gateway is shown; an empty one is no key. @default - that of the other requests */
  readonly apikey?: string;
  readonly perSecond: number;
  /** How many in all; they begin with a minute of the clock. @default - for ever */
  readonly most?: number;
}

/** What load.mts does. */
export interface Plan {
  /** For example `http://kong.bss.svc:8000`. */
  readonly base: string;
  /** What the gateway is shown. @default - the backend is asked itself, which knows no keys */
  readonly key?: string;
  readonly seeds: string;
  /** Each is a dozen requests and a dozen events. */
  readonly ordersPerSecond: number;
  readonly keysPerSecond: number;
  readonly streams: readonly Stream[];
}

/** What load.mts saw. */
export interface Account {
  /** How many by status. */
  readonly answers: Readonly<Record<string, number>>;
  readonly orders: number;
  readonly keys: number;
  /** Without any answer. */
  readonly failed: number;
}

export interface PlatformLoadProps {
  /** Also of the load's pods. */
  readonly name: string;
  readonly through: 'gateway' | 'backend';
  /** These and nothing else. @default - orders, records and keys, and what is refused, see {@link refused} */
  readonly streams?: readonly Stream[];
}

/** In the catalogue, and nobody reads it. */
const RECORDS = 'bss.analytics.events';

/** Orders, records and keys, and what is refused, in pods beside the platform: so every figure moves that it can tell. */
export class PlatformLoad {
  private readonly namespace: Namespace;
  private readonly records: string;

  constructor(
    private readonly environment: Environment,
    private readonly props: PlatformLoadProps,
  ) {
    this.namespace = new Namespace(environment.namespace);
    this.records = `${props.name}-records`;
    if (!props.streams) this.startRecords();
    this.startApplication();
    this.namespace.awaitLog(props.name, /^READY/);
  }

  /** Ends the load, and gives its account. */
  stop(): Account {
    removePod(this.namespace, this.records);
    this.namespace.run('delete', 'networkpolicy', '-l', `tool=${this.props.name}`);
    return endLoad(this.namespace, this.props.name);
  }

  private startApplication(): void {
    const { name, through, streams } = this.props;
    const { kong, backend } = platform(this.environment);
    const redis = new RedisInstallation(this.environment);
    const keys = this.environment.developmentSecrets!['kong-keys']!;
    const plan: Plan = {
      ...(through === 'gateway' ? { base: kong.proxy.url, key: keys['bss-frontend'] } : { base: backend.web.url }),
      ...{ seeds: redis.seeds, ordersPerSecond: streams ? 0 : 1, keysPerSecond: streams ? 0 : 10 },
      streams: streams ?? refused(through, keys['bss-partner']!, this.environment.kong.requestsPerMinute),
    };
    if (through === 'gateway') this.openWay(kong.proxy);
    startPod(this.namespace, {
      name,
      image: NODE_IMAGE,
      labels: { ...clientLabels(OF_THE_BACKEND), ...clientLabels(OF_REDIS_CLUSTER) },
      command: ['node', '/etc/load/load.mjs', JSON.stringify(plan)],
      env: {
        ...(redis.user && { REDIS_USER: redis.user.name, PASSWORD: redis.user.password }),
        ...(redis.authority && { AUTHORITY: redis.authority }),
      },
      files: { '/etc/load/load.mjs': bundle(join(__dirname, 'load.mts')) },
      scratch: { '/tmp': Size.mebibytes(1) },
      resources: { cpu: 50, memory: Size.mebibytes(96), memoryLimit: Size.mebibytes(384) },
    });
  }

  private startRecords(): void {
    const [server] = platform(this.environment).kafka.clients.bootstrap;
    startPod(this.namespace, {
      name: this.records,
      labels: clientLabels(OF_KAFKA),
      command: [
        'sh',
        '-c',
        `while sleep 0.2; do date; done | kafka-console-producer --bootstrap-server ${server!.address} --topic ${RECORDS}`,
      ],
      env: { KAFKA_HEAP_OPTS: '-Xmx64m', KAFKA_JVM_PERFORMANCE_OPTS: QUICK_JVM.join(' ') },
      scratch: { '/tmp': Size.mebibytes(16) },
      resources: { cpu: 20, memory: Size.mebibytes(96), memoryLimit: Size.mebibytes(384) },
    });
  }

  /** Into the gateway, to which the model's policies let nobody but the host of a laptop, or a load balancer. */
  private openWay(proxy: Endpoint): void {
    const { name } = this.props;
    const load = { matchLabels: { tool: name } };
    const gateway = { matchLabels: proxy.workload.selector };
    const ports = [{ protocol: 'TCP', port: proxy.portNumber }];
    const policy = (id: string, spec: object) => ({
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      metadata: { name: `${name}-${id}`, namespace: this.namespace.name, labels: { tool: name } },
      spec,
    });
    const items = [
      policy('out', {
        podSelector: load,
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: gateway }], ports }],
      }),
      policy('in', {
        ...{ podSelector: gateway, policyTypes: ['Ingress'] },
        ingress: [{ from: [{ podSelector: load }], ports }],
      }),
    ];
    kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }
}

/** Unknown customers; at the gateway also who has no key, who asks for nothing that there is, and, once, who is above its limit. */
const refused = (through: PlatformLoadProps['through'], partner: string, limit: number): Stream[] => [
  { path: '/api/customers/00000000-0000-4000-8000-000000000000', perSecond: 0.2 },
  { path: '/api/customers/nobody', perSecond: 0.1 },
  ...(through === 'gateway'
    ? [
        { path: '/api/customers', apikey: '', perSecond: 0.2 },
        { path: '/nobody', perSecond: 0.2 },
        { path: '/tmf-api/customerManagement/v4/customer', perSecond: 0.2 },
        { path: '/prometheus/-/ready', perSecond: 0.2 },
        { path: '/api/customers?page=0&size=1', apikey: partner, perSecond: 100, most: limit + 100 },
      ]
    : [{ path: '/tmf-api/customerManagement/v4/customer', perSecond: 0.2 }]),
];
