import { keysOf } from './declarative';
import * as plugins from './plugins';
import type { Access, PublicSite, Site } from './policies';

/** The applications that may call the API, each with keys of its own. A browser's key is an identifier, no secret. */
export const CONSUMERS = ['bss-frontend', 'bss-mobile', 'bss-partner'] as const;

/**
 * What a route speaks. Without the status, a plain request to a route for TLS is answered with 426, which no browser
 * follows.
 */
export type Protocols =
  | { readonly protocols: readonly ['http', 'https'] }
  | { readonly protocols: readonly ['https']; readonly https_redirect_status_code: 308 };

/** Paths, and all that begins like them, that services have for their own beside what they have for others. */
export const PRIVATE = ['/actuator', '/metrics'] as const;

export interface ConfigurationProps {
  readonly sites: readonly PublicSite[];
  readonly protocols: Protocols;
  /** Names that clients call the gateway by. */
  readonly hosts: readonly string[];
  /** Addresses that operators come from. @default - anywhere */
  readonly operators?: readonly string[];
  readonly counters: plugins.Counters;
  readonly requestsPerMinute: number;
  /** Sites whose pages may call the API from a browser. */
  readonly origins: readonly string[];
}

/**
 * The whole gateway: what is public, who may call, and what holds for every request. It is Kong's declarative format as version
 * 3.5.0 takes it, in Kong's own names, and of it what this platform uses.
 * @see https://docs.konghq.com/gateway/3.5.x/production/deployment-topologies/db-less-and-declarative-config/
 */
export const configuration = (props: ConfigurationProps) => ({
  services: props.sites
    .map((site) => props.sites.filter((other) => sharesService(site, other)))
    .filter(([first], index) => first === props.sites[index])
    .map((sites) => service(sites, props)),
  // Routes that lead to no service.
  ...(props.sites.some(({ site }) => site.path === '/') && { routes: [privatePaths(props)] }),
  consumers: CONSUMERS.map((username) => ({ username, keyauth_credentials: keysOf(username) })),
  // Each of them once and here: one on a route would replace, not complete, what is here.
  plugins: [
    plugins.cors(props.origins),
    plugins.requestSizeLimiting,
    plugins.responseTransformer,
    plugins.correlationId,
    plugins.prometheus,
  ] as readonly plugins.Plugin[],
});

export type Configuration = ReturnType<typeof configuration>;
export type Service = ReturnType<typeof service>;
export type Route = ReturnType<typeof route>;

/** Names of the plugins in use: no others are loaded, and a name that is none is refused. Keys are a plugin's, too. */
export const pluginNames = ({ plugins: everywhere, services, routes = [] }: Configuration): plugins.PluginName[] => [
  ...new Set([
    'key-auth' as const,
    ...[{ plugins: everywhere }, ...services, ...routes].flatMap((each) => each.plugins.map(({ name }) => name)),
  ]),
];

/** Whether two sites are of one workload, for the same people: what is counted for it is counted over all its sites. */
const sharesService = (one: PublicSite, other: PublicSite) =>
  one.access === other.access && one.site.web.address === other.site.web.address;

/** Name of a site's route, and of the service whose first site it is. */
export const nameOf = ({ path }: Site) => path.slice(1) || 'root';

type Paths = readonly [string, ...string[]];

/** Both forms that a prefix has: itself, and all below it. */
const pathsOf = ({ path }: Site): Paths => (path === '/' ? [path] : [`${path}/`, `~${path}$`]);

function service(sites: readonly PublicSite[], props: ConfigurationProps) {
  const { site, access } = sites[0]!;
  return {
    name: nameOf(site),
    // Not `url`: where it and `host` disagree, Kong says nothing and takes `url`.
    protocol: 'http',
    host: site.web.host,
    port: site.web.portNumber,
    ...access.timeouts,
    plugins: pluginsOf(access, props),
    routes: sites.map((each) => route(nameOf(each.site), pathsOf(each.site), access.preserveHost, props)),
  };
}

function pluginsOf({ who, plugins: own, limit }: Access, props: ConfigurationProps): readonly plugins.Plugin[] {
  const { operators, counters, requestsPerMinute } = props;
  const asks = {
    consumers: [plugins.keyAuth],
    operators: operators ? [plugins.ipRestriction(operators)] : [],
  }[who];
  // A limit for all together, where nobody is asked who he is, would let any stranger lock everybody out.
  return [...own, ...asks, ...(asks.length > 0 ? [plugins.rateLimiting(limit, requestsPerMinute, counters)] : [])];
}

const route = (name: string, paths: Paths, preserve_host: boolean, { protocols, hosts }: ConfigurationProps) => ({
  name,
  paths,
  ...protocols,
  // For any other name there would be redirects to it, and pages with links to it.
  hosts,
  strip_path: false,
  preserve_host,
});

/**
 * Without a site at `/`, what is not listed has no route. With one, its service would be asked for what services keep to
 * themselves, and may have it: the longer of two paths wins. Of the gateway itself nothing is at the proxy's ports: the Admin
 * API and the status have ports of their own, which no route leads to.
 */
const privatePaths = (props: ConfigurationProps) => ({
  // A name that no site has.
  ...route('private.paths', PRIVATE, false, props),
  plugins: [plugins.notFound] as readonly plugins.Plugin[],
});
