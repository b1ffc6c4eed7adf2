import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { EnvValue, Resources } from '../../../lib/container';
import type { Endpoint } from '../../../lib/endpoint';
import type { Platform } from '../../../lib/platform';
import { RequiredSecret } from '../../../lib/secret';
import { type Autoscaling, StatelessWorkload } from '../../../lib/stateless-workload';
import type { RedisCounters } from '../../data/redis/redis';
import { each, pem } from '../../secret-values';
import { gatewayErrors } from './checks/checks';
import { BODY_LIMIT, configuration } from './configuration';
import type { Configuration } from './entities';
import { type Entry, type HostPorts, passage } from './entry';
import type { Counters } from './plugins';
import { worstCaseSeconds } from './policy';
import { BODIES, MEMORY_VOLUMES, pluginNames, type Runtime, workersFor } from './runtime';
import { gatewaySettings, nginxFiles, PORTS } from './settings';
import type { PublicSite } from './site';
import { type Storage, stored } from './storage';

/** What the gateway of an environment may need, and how the world reaches it. */
export interface KongSize {
  readonly resources: Resources;
  /** Pods at least. */
  readonly replicas: number;
  /** @default - always `replicas` */
  readonly autoscaling?: Autoscaling;
  readonly entry: Entry;
  /** Names that clients call the gateway by, for example `www.example.com`; in the cluster it also has those of its Service. */
  readonly hosts: readonly string[];
  readonly storage: Storage;
  /** Characters that an API key must have: 32 random ones cannot be guessed, and guessing is not rate-limited. */
  readonly leastKeyLength: number;
  /** Sites whose pages may call the API from a browser, for example `https://www.example.com`. */
  readonly origins: readonly string[];
  /** Seconds in which everybody learns that a pod leaves, before it begins to stop. */
  readonly drainSeconds: number;
}

export interface KongProps extends KongSize {
  readonly image: string;
  /** Of the database, where the storage is one. */
  readonly postgresImage: string;
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
  /** What is public; everything else is not. */
  readonly sites: readonly PublicSite[];
  readonly counters: RedisCounters;
  /** @default - not reachable from the machine that runs the cluster */
  readonly host?: HostPorts;
  readonly tracing?: Tracing;
}

/** Where traces go. */
export interface Tracing {
  /** Takes OTLP over HTTP. */
  readonly collector: Endpoint;
  /** Of all requests, how many are traced: 0 to 1. */
  readonly samplingRate: number;
}

const REDIS_TIMEOUT = 200;
const TLS = '/etc/kong-tls';

/** The only way in: routes to what is public, and what holds for every request. */
export class Kong extends Component {
  readonly proxy: Endpoint;
  readonly proxyTls: Endpoint;
  readonly configuration: Configuration;
  readonly runtime: Runtime;

  constructor(scope: Platform, props: KongProps) {
    super(scope, 'kong', 'gateway');
    const { image, sites, counters, host, entry, tracing, resources } = props;
    const way = passage(entry, host);
    const serviceNames = namesInside(scope);
    const pods = props.autoscaling?.mostReplicas ?? props.replicas;
    const shared = pods > 1;
    this.configuration = configuration({
      ...way,
      sites,
      hosts: [...props.hosts, ...serviceNames],
      origins: props.origins,
      counters: shared ? inRedis(counters) : { policy: 'local' },
      tracing: tracing && { endpoint: `http://${tracing.collector.address}/v1/traces` },
    });
    const workers = workersFor(resources.cpu);
    const certificate =
      entry.kind === 'loadBalancer'
        ? new RequiredSecret(
            this,
            'kong-tls',
            {
              'tls.crt': 'certificate of the public host names, with its chain, PEM',
              'tls.key': 'its private key, PEM',
            },
            each(() => pem),
          )
        : undefined;
    const storage = stored(this, {
      ...props,
      configuration: this.configuration,
      redisPassword: shared ? counters.user?.password : undefined,
    });
    const env: Record<string, EnvValue> = {
      ...gatewaySettings({
        ...way,
        workers,
        plugins: pluginNames(this.configuration),
        certificate: certificate && { cert: `${TLS}/tls.crt`, key: `${TLS}/tls.key` },
        samplingRate: tracing?.samplingRate,
      }),
      ...storage.env,
    };
    const kong = new StatelessWorkload(this, 'default', {
      image,
      user: 1000,
      env,
      ports: PORTS,
      files: { ...storage.files, ...nginxFiles() },
      memoryScratch: { ...storage.memoryScratch, ...MEMORY_VOLUMES },
      initContainers: storage.initContainers,
      secretFiles: certificate && {
        [`${TLS}/tls.crt`]: certificate.key('tls.crt'),
        [`${TLS}/tls.key`]: certificate.key('tls.key'),
      },
      scratch: { [BODIES]: Size.mebibytes(256) },
      resources,
      probes: storage.probes,
      preStop: ['sleep', `${props.drainSeconds}`],
      // Requests that have begun are answered, however long the slowest service takes.
      graceSeconds: props.drainSeconds + Math.ceil(longestSeconds(this.configuration)) + 5,
      replicas: props.replicas,
      autoscaling: props.autoscaling,
    });
    this.runtime = {
      ...way,
      serviceNames,
      replicas: pods,
      workers,
      memoryLimit: resources.memoryLimit,
      bodyLimit: BODY_LIMIT,
      tlsPort: way.publicPorts['proxy-ssl'],
      leastKeyLength: props.leastKeyLength,
      variables: Object.keys(env),
      hosts: [...new Set(sites.map(({ site }) => site.web.host))],
    };
    this.node.addValidation({
      validate: () => gatewayErrors({ configuration: this.configuration, runtime: this.runtime }),
    });

    kong.connectsTo(...sites.map(({ site }) => site.web), ...storage.connections);
    if (shared) kong.connectsTo(counters.server);
    if (tracing) kong.connectsTo(tracing.collector);
    if (host) {
      kong.publish('proxy', 'API gateway', host.proxy);
      kong.publish('proxy-ssl', 'API gateway, TLS', host['proxy-ssl']);
    }
    if (entry.kind === 'loadBalancer') kong.balance({ ports: way.publicPorts, clients: entry.clients });
    this.proxy = kong.endpoint('proxy');
    this.proxyTls = kong.endpoint('proxy-ssl');
  }
}

/** What pods may call the gateway by. */
function namesInside({ namespace, serviceDomain }: Platform): string[] {
  const name = 'kong';
  const host = `${name}.${serviceDomain}`;
  return [name, `${name}.${namespace}`, host, `${host}.cluster.local`];
}

/** Each pod would count for itself otherwise. */
const inRedis = ({ server, user }: RedisCounters): Counters => ({
  policy: 'redis',
  redis_host: server.host,
  redis_port: server.portNumber,
  redis_timeout: REDIS_TIMEOUT,
  ...(user && { redis_username: user.name, redis_password: '@@REDIS_PASSWORD@@' }),
});

const longestSeconds = ({ services }: Configuration) => Math.max(0, ...services.map(worstCaseSeconds));
