import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import type { Platform } from '../../../lib/platform';
import { RequiredSecret } from '../../../lib/secret';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { pem } from '../../../lib/values/secrets';
import type { RedisCounters } from '../../data/redis/redis';
import { type Configuration, configuration } from './configuration';
import { MEMORY_VOLUMES, workersFor } from './memory';
import { passage } from './passage';
import type { Counters } from './plugins';
import { type PublicSite, worstCaseSeconds } from './policies';
import { siteErrors } from './rules';
import { BODIES, gatewaySettings, nginxFiles, PORTS } from './settings';
import type { KongSize } from './size';
import { stored } from './storage';

export interface KongProps extends KongSize {
  /** Kong's image. */
  readonly image: string;
  /** Image of the database, where the storage is one. */
  readonly postgresImage: string;
  /** What is public; everything else is not. */
  readonly sites: readonly PublicSite[];
  /** The Redis in which several pods count together. */
  readonly counters: RedisCounters;
}

const TLS = '/etc/kong-tls';
const TLS_KEYS = {
  'tls.crt': 'certificate of the public host names, with its chain, PEM',
  'tls.key': 'its private key, PEM',
};

/** The only way in: routes to what is public, and what holds for every request. */
export class Kong extends Component {
  /** Plain HTTP. */
  readonly proxy: Endpoint;
  readonly proxyTls: Endpoint;
  /** What Kong is told of routes, plugins and consumers. */
  readonly configuration: Configuration;
  /** Pods at most. */
  readonly pods: number;

  constructor(scope: Platform, props: KongProps) {
    super(scope, 'kong', 'gateway');
    const { image, sites, counters, entry, resources } = props;
    this.node.addValidation({ validate: () => siteErrors(sites) });
    const way = passage(entry);
    this.pods = props.autoscaling?.mostReplicas ?? props.replicas;
    const shared = this.pods > 1;
    this.configuration = configuration({
      ...way,
      sites,
      hosts: [...new Set([...props.hosts, ...scope.serviceNames(this.node.id)])],
      origins: props.origins,
      // Each pod would count for itself otherwise.
      counters: shared ? inRedis(counters) : { policy: 'local' },
      requestsPerMinute: props.requestsPerMinute,
    });
    const certificate =
      entry.kind === 'loadBalancer' ? new RequiredSecret(this, 'kong-tls', TLS_KEYS, () => pem) : undefined;
    const storage = stored(this, {
      ...props,
      configuration: this.configuration,
      redisPassword: shared ? counters.user?.password : undefined,
    });
    const longest = Math.max(0, ...sites.map(({ access }) => worstCaseSeconds(access.timeouts)));
    const kong = new StatelessWorkload(this, 'default', {
      image,
      user: 1000,
      env: {
        ...gatewaySettings({
          ...way,
          workers: workersFor(resources.cpu),
          configuration: this.configuration,
          certificate: certificate && { cert: `${TLS}/tls.crt`, key: `${TLS}/tls.key` },
        }),
        ...storage.env,
      },
      ports: PORTS,
      files: { ...storage.files, ...nginxFiles() },
      memoryScratch: { ...storage.memoryScratch, ...MEMORY_VOLUMES },
      initContainers: storage.initContainers,
      secretFiles: certificate?.files(TLS),
      scratch: { [BODIES]: Size.mebibytes(256) },
      resources,
      probes: storage.probes,
      preStop: ['sleep', `${props.drainSeconds}`],
      // Requests that have begun are answered, however long the slowest service takes.
      graceSeconds: props.drainSeconds + Math.ceil(longest) + 5,
      replicas: props.replicas,
      autoscaling: props.autoscaling,
    });

    kong.connectsTo(...sites.map(({ site }) => site.web), ...storage.connections);
    if (shared) kong.connectsTo(counters.server);
    if (entry.kind === 'loadBalancer') kong.balance({ ports: way.publicPorts, clients: entry.clients });
    else if (entry.ports) {
      kong.publish('proxy', 'API gateway', entry.ports.proxy);
      kong.publish('proxy-ssl', 'API gateway, TLS', entry.ports['proxy-ssl']);
    }
    this.proxy = kong.endpoint('proxy');
    this.proxyTls = kong.endpoint('proxy-ssl');
  }
}

const inRedis = ({ server, user }: RedisCounters): Counters => ({
  policy: 'redis',
  redis_host: server.host,
  redis_port: server.portNumber,
  // 100 to 300 are enough in one cluster, and every request waits that long when Redis is away.
  redis_timeout: 200,
  ...(user && { redis_username: user.name, redis_password: '@@REDIS_PASSWORD@@' }),
});
