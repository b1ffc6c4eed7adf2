import { keysOf } from './declarative';
import type { Configuration } from './entities';
import type { HeaderLine, Plugin } from './plugins';
import { KEY_HEADER, type PublicSite, type RouteProps, servicesOf } from './site';

/** The applications that may call the API, each with keys of its own. A browser's key is an identifier, no secret. */
export const CONSUMERS = ['bss-frontend', 'bss-mobile', 'bss-partner'] as const;

/** MiB that a request's body may have. */
export const BODY_LIMIT = 10;

export const CORRELATION_HEADER = 'X-Correlation-ID';

/** Headers of every answer, whatever a service sends. */
export const SECURITY_HEADERS: readonly HeaderLine[] = [
  'X-Content-Type-Options:nosniff',
  'X-Frame-Options:DENY',
  'X-XSS-Protection:1; mode=block',
  'Strict-Transport-Security:max-age=31536000; includeSubDomains',
];

export interface ConfigurationProps extends RouteProps {
  readonly sites: readonly PublicSite[];
  /** Sites whose pages may call the API from a browser. */
  readonly origins: readonly string[];
  /** @default - nothing is traced */
  readonly tracing?: { /** OTLP over HTTP. */ readonly endpoint: string };
}

/** The whole gateway: what is public, who may call, and what holds for every request. */
export const configuration = (props: ConfigurationProps): Configuration => ({
  services: servicesOf(props.sites, props),
  consumers: CONSUMERS.map((username) => ({ username, keyauth_credentials: keysOf(username) })),
  plugins: everywhere(props),
});

/** Each of them once and here: one on a route would replace, not complete, what is here. */
const everywhere = ({ origins, tracing }: ConfigurationProps): Plugin[] => [
  {
    name: 'cors',
    config: {
      origins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      headers: ['Accept', 'Authorization', 'Content-Type', 'Idempotency-Key', KEY_HEADER, CORRELATION_HEADER],
      exposed_headers: [CORRELATION_HEADER, 'X-Total-Count', 'RateLimit-Remaining', 'RateLimit-Reset', 'Retry-After'],
      // Keys are in a header: no site needs anybody's cookies.
      credentials: false,
      max_age: 3600,
    },
  },
  { name: 'request-size-limiting', config: { allowed_payload_size: BODY_LIMIT, size_unit: 'megabytes' } },
  // Both: `replace` alone adds nothing that is missing, `add` alone leaves what a service has sent. What else services must
  // not say is in nginx/proxy.conf, which Kong leaves no say about `Server`.
  {
    name: 'response-transformer',
    config: {
      remove: { headers: ['Server'] },
      replace: { headers: SECURITY_HEADERS },
      add: { headers: SECURITY_HEADERS },
    },
  },
  {
    name: 'correlation-id',
    config: { header_name: CORRELATION_HEADER, generator: 'uuid', echo_downstream: true },
  },
  {
    name: 'prometheus',
    config: {
      // A series more for each consumer, and a fifth of the throughput.
      per_consumer: false,
      status_code_metrics: true,
      latency_metrics: true,
      bandwidth_metrics: true,
      upstream_health_metrics: true,
    },
  },
  ...(tracing
    ? [
        {
          name: 'opentelemetry',
          config: {
            endpoint: tracing.endpoint,
            resource_attributes: { 'service.name': 'kong' },
            // The default sends a request for each span.
            queue: { max_batch_size: 200, max_coalescing_delay: 3 },
          },
        } as const,
      ]
    : []),
];
