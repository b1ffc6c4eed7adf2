import { join } from 'node:path';
import type { EnvValue } from '../../../lib/container';
import { nativeFile } from '../../../lib/native-file';
import { type Configuration, pluginNames } from './configuration';
import { CACHE_MEBIBYTES, PREFIX } from './memory';
import { BODY_LIMIT } from './plugins';
import { NEXT_TRY_SECONDS } from './policies';

export const PORTS = { proxy: 8000, 'proxy-ssl': 8443, status: 8100 };

/** Port that clients know, by name of ours. */
export type PublicPorts = { readonly [port in 'proxy' | 'proxy-ssl']: number };

/** Bodies of requests while they come in. */
export const BODIES = '/bodies';

const LISTEN_OPTIONS = 'reuseport backlog=16384';

const CONF = '/etc/bss';

/** nginx' own files around Kong's: what is refused before Kong is asked, what does not get out, what the log says. */
export const nginxFiles = (): Record<string, string> =>
  Object.fromEntries(
    ['gate.lua', 'http.conf', 'proxy.conf'].map((name) => [
      `${CONF}/${name}`,
      nativeFile(join(__dirname, 'nginx'), name),
    ]),
  );

/** One JSON object a line; what begins with `$log_` is made valid in nginx/http.conf. */
const ACCESS_LOG = {
  time: '$time_iso8601',
  request_id: '$kong_request_id',
  correlation_id: '$sent_http_x_correlation_id',
  client: '$remote_addr',
  consumer: '$log_consumer',
  method: '$log_method',
  host: '$log_host',
  path: '$log_path',
  status: '$status',
  bytes: '$bytes_sent',
  seconds: '$request_time',
  upstream: '$upstream_addr',
  upstream_status: '$upstream_status',
  upstream_seconds: '$upstream_response_time',
  user_agent: '$log_user_agent',
};

export interface SettingsProps {
  readonly workers: number;
  readonly configuration: Configuration;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Port that clients know, by name of ours: what services are told in X-Forwarded-Port. */
  readonly publicPorts: PublicPorts;
  /** Paths of the certificate and its key. @default - a certificate of its own making in each pod */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Share of all requests that is traced: 0 to 1. @default - none is */
  readonly samplingRate?: number;
}

/** What all of Kong's processes are told. https://docs.konghq.com/gateway/3.5.x/reference/configuration/ */
export const commonSettings = (configuration: Configuration): Record<string, string> => ({
  KONG_PLUGINS: pluginNames(configuration).join(','),
  KONG_ANONYMOUS_REPORTS: 'off',
  KONG_UNTRUSTED_LUA: 'off',
});

/** What the gateway is told, but for where it has its configuration from. */
export const gatewaySettings = (props: SettingsProps): Record<string, EnvValue> => ({
  ...commonSettings(props.configuration),
  KONG_PREFIX: PREFIX,
  KONG_PROXY_LISTEN: `0.0.0.0:${PORTS.proxy} ${LISTEN_OPTIONS}, 0.0.0.0:${PORTS['proxy-ssl']} http2 ssl ${LISTEN_OPTIONS}`,
  // Whoever reaches it owns the gateway: `kubectl port-forward`, and nobody else.
  KONG_ADMIN_LISTEN: '127.0.0.1:8001, 127.0.0.1:8444 http2 ssl',
  // On by default, on every address.
  KONG_ADMIN_GUI_LISTEN: 'off',
  KONG_STATUS_LISTEN: `0.0.0.0:${PORTS.status}`,
  KONG_PORT_MAPS: `${props.publicPorts.proxy}:${PORTS.proxy},${props.publicPorts['proxy-ssl']}:${PORTS['proxy-ssl']}`,
  KONG_NGINX_WORKER_PROCESSES: `${props.workers}`,
  KONG_MEM_CACHE_SIZE: `${CACHE_MEBIBYTES}m`,
  // An SRV record's port would come before the one that is configured: https://github.com/Kong/kong/issues/4789
  KONG_DNS_ORDER: 'LAST,A,CNAME',
  // Old addresses are better than none while DNS is away; the default is 4 s.
  KONG_DNS_STALE_TTL: '3600',
  // No version, no name, no latencies.
  KONG_HEADERS: 'X-Kong-Request-Id',
  // The default is X-Real-IP. Believed from the proxies named here and from nobody else.
  KONG_REAL_IP_HEADER: 'X-Forwarded-For',
  KONG_REAL_IP_RECURSIVE: 'on',
  ...(props.trustedProxies.length > 0 && { KONG_TRUSTED_IPS: props.trustedProxies.join(',') }),
  // The plugin does not see bodies that are sent in chunks.
  KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: `${BODY_LIMIT}m`,
  // Kept on the node's disk while they come in: the prefix is in memory.
  KONG_NGINX_HTTP_CLIENT_BODY_TEMP_PATH: `${BODIES}/in`,
  // No other try so late after the first one, whatever is left of the retries.
  KONG_NGINX_PROXY_PROXY_NEXT_UPSTREAM_TIMEOUT: `${NEXT_TRY_SECONDS}s`,
  KONG_NGINX_HTTP_INCLUDE: `${CONF}/http.conf`,
  KONG_NGINX_PROXY_INCLUDE: `${CONF}/proxy.conf`,
  KONG_UPSTREAM_KEEPALIVE_POOL_SIZE: '512',
  KONG_UPSTREAM_KEEPALIVE_MAX_REQUESTS: '10000',
  KONG_NGINX_HTTP_KEEPALIVE_REQUESTS: '10000',
  // Exactly 3.5 refuses a format named in KONG_PROXY_ACCESS_LOG: https://github.com/Kong/kong/issues/12061
  KONG_NGINX_HTTP_LOG_FORMAT: `json escape=json '${JSON.stringify(ACCESS_LOG)}'`,
  // `off` would silence the other one, too.
  KONG_PROXY_ACCESS_LOG: '/dev/null',
  KONG_NGINX_PROXY_ACCESS_LOG: '/dev/stdout json buffer=32k flush=1s',
  ...(props.certificate && { KONG_SSL_CERT: props.certificate.cert, KONG_SSL_CERT_KEY: props.certificate.key }),
  ...(props.samplingRate !== undefined && {
    KONG_TRACING_INSTRUMENTATIONS: 'request,balancer',
    KONG_TRACING_SAMPLING_RATE: `${props.samplingRate}`,
  }),
});
