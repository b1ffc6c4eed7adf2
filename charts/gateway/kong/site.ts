import type { Endpoint } from '../../../lib/endpoint';
import type { Path, Protocols, Route, Service } from './entities';
import type { Counters, Plugin } from './plugins';

/** What a component hands out to be reachable through the gateway: where it listens, and below which path. */
export interface Site {
  readonly web: Endpoint;
  /** Like `/akhq`: one constant for the route, for what the component calls its own path, and for its probes. */
  readonly path: `/${string}`;
  /** Whether the component lives at `/` and only its links begin with the path. @default - it expects the path */
  readonly atRoot?: boolean;
}

/** A site, and who may use it: people with a browser, or applications with a key. */
export interface PublicSite {
  readonly site: Site;
  readonly audience: 'operators' | 'consumers';
}

/** Anybody with an API key of a consumer. */
export const api = (site: Site): PublicSite => ({ site, audience: 'consumers' });

/** People who operate the platform: no key, as a browser has none, but only from their own addresses where those are known. */
export const operatorsPage = (site: Site): PublicSite => ({ site, audience: 'operators' });

/** 1000 requests a minute, and 10 % more for a burst: Kong knows no burst, so that is what the header says. */
export const REQUESTS_PER_MINUTE = 1100;

export interface RouteProps {
  readonly protocols: Protocols;
  /** Names that clients call the gateway by. */
  readonly hosts: readonly string[];
  readonly counters: Counters;
  /** Addresses that operators come from. @default - anywhere */
  readonly operators?: readonly string[];
}

/** Milliseconds. Together with the retries less than a load balancer waits: see checks/time.ts. */
const TIME = {
  // One more try: for a pod that has just gone.
  consumers: { retries: 1, connect_timeout: 1000, write_timeout: 5000, read_timeout: 8000 },
  // Pages that ask a slow system; a second try would ask it twice.
  operators: { retries: 0, connect_timeout: 2000, write_timeout: 10_000, read_timeout: 45_000 },
};

/** Both forms that a prefix has: itself, and all below it. */
export const pathsOf = (path: Site['path']): [Path, Path] => [`${path}/`, `~${path}$`];

const nameOf = ({ path }: Site) => path.slice(1);

/** One for each workload, called as the first of its sites: what is counted for it is counted over all of them. */
export function servicesOf(sites: readonly PublicSite[], props: RouteProps): Service[] {
  const keyOf = ({ site, audience }: PublicSite) => `${audience} ${site.web.address}`;
  const keys = [...new Set(sites.map(keyOf))];
  return keys.map((key) =>
    service(
      sites.filter((site) => keyOf(site) === key),
      props,
    ),
  );
}

function service(group: readonly PublicSite[], props: RouteProps): Service {
  const { site, audience } = group[0]!;
  return {
    name: nameOf(site),
    protocol: 'http',
    host: site.web.host,
    port: site.web.portNumber,
    ...TIME[audience],
    plugins: audience === 'consumers' ? forConsumers(props) : forOperators(props),
    routes: group.map((each) => route(each, props)),
  };
}

const route = ({ site, audience }: PublicSite, { protocols, hosts }: RouteProps): Route => ({
  name: nameOf(site),
  paths: pathsOf(site.path),
  ...protocols,
  // For any other name there would be redirects to it, and pages with links to it.
  hosts,
  strip_path: site.atRoot ?? false,
  // Links and redirects of a page name the host that its reader sees.
  preserve_host: audience === 'operators',
});

/** The header that consumers send their key in. */
export const KEY_HEADER = 'apikey';

const forConsumers = ({ counters }: RouteProps): Plugin[] => [
  { name: 'key-auth', config: { key_names: [KEY_HEADER], key_in_query: false, hide_credentials: true } },
  rateLimiting('consumer', counters),
];

const forOperators = ({ counters, operators }: RouteProps): Plugin[] => [
  // Sent to a page by mistake, a key is none of its business.
  { name: 'request-transformer', config: { remove: { headers: [KEY_HEADER] } } },
  // Where nobody is asked who he is there is no limit: one for all together would let any stranger lock operators out. Not
  // by address either: behind one address there may be all of them, and a page loads a hundred files.
  ...(operators
    ? [{ name: 'ip-restriction', config: { allow: operators } } as const, rateLimiting('service', counters)]
    : []),
];

const rateLimiting = (limit_by: 'consumer' | 'service', counters: Counters): Plugin => ({
  name: 'rate-limiting',
  config: {
    minute: REQUESTS_PER_MINUTE,
    limit_by,
    ...counters,
    // A gateway that refuses everybody because its counters are away would do more harm than one that does not count.
    fault_tolerant: true,
  },
});
