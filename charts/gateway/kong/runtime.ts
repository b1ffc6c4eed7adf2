import { Size } from 'cdk8s';
import type { Configuration } from './entities';
import type { PluginName } from './plugins';
import { scopesOf } from './policy';

/** The pods that run a configuration, and what stands before them. */
export interface Runtime {
  /** Pods at most. */
  readonly replicas: number;
  /** nginx processes of a pod. */
  readonly workers: number;
  readonly memoryLimit: Size;
  /** MiB that nginx takes as a body, however it is sent. */
  readonly bodyLimit: number;
  /** `Cluster`: the node that a request came in at takes the place of the client's address. */
  readonly trafficPolicy: 'Local' | 'Cluster';
  /** Addresses of nodes and pods. */
  readonly clusterNetworks: readonly string[];
  /** Names of its own Service, which routes know besides those of the environment. */
  readonly serviceNames: readonly string[];
  /** Addresses that may come in through the load balancer. @default - there is none */
  readonly clients?: readonly string[];
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Port that clients know for TLS. */
  readonly tlsPort: number;
  /** Characters that an API key must have. */
  readonly leastKeyLength: number;
  /** Names of the environment variables of the pod. */
  readonly variables: readonly string[];
  /** Hosts that there are, as services may name them. */
  readonly hosts: readonly string[];
}

/** MiB of one worker under load: 118 measured, and twice that for large answers and long connections. */
const WORKER_MEMORY = Size.mebibytes(300);

/** Each of the two caches of entities: this platform has a dozen. Kong's own default is 128 MiB. */
export const MEMORY_CACHE = Size.mebibytes(32);

/** The master process and the small shared tables. */
const BASE_MEMORY = Size.mebibytes(100);

export const PREFIX = '/kong_prefix';

/** Bodies of requests while they come in. */
export const BODIES = '/bodies';

/**
 * What counts as memory of the pod: Kong's prefix has all keys and the password of its database, and the `kong` command
 * writes to /tmp. A quarter of a MiB is used.
 */
export const MEMORY_VOLUMES = { [PREFIX]: Size.mebibytes(16), '/tmp': Size.mebibytes(8) };

/** The configuration with its keys, beside them. */
export const RENDERED_VOLUME = Size.mebibytes(4);

const volumes = [...Object.values(MEMORY_VOLUMES), RENDERED_VOLUME].map((size) => size.toMebibytes());

/** Below it a worker is killed under load, and no restart, no event and no status of the pod shows it. */
export const leastMemory = (workers: number): Size =>
  Size.mebibytes(
    [
      ...[workers * WORKER_MEMORY.toMebibytes(), 2 * MEMORY_CACHE.toMebibytes(), BASE_MEMORY.toMebibytes()],
      ...volumes,
    ].reduce((sum, each) => sum + each),
  );

/** One for each whole core that is asked for: Kong itself would take one for each core of the node. */
export const workersFor = (cpu: number): number => Math.max(1, Math.floor(cpu / 1000));

/** Names of the plugins in use: no others are loaded, and a name that is none is refused. Keys are a plugin's, too. */
export const pluginNames = (configuration: Configuration): PluginName[] => [
  ...new Set<PluginName>([
    ...(configuration.consumers.length > 0 ? (['key-auth'] as const) : []),
    ...scopesOf(configuration).flatMap(({ plugins }) => plugins.map(({ name }) => name)),
  ]),
];
