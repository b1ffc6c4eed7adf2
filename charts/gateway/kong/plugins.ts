/** The header that consumers send their key in. */
export const KEY_HEADER = 'apikey';

export const CORRELATION_HEADER = 'X-Correlation-ID';

/** MiB that a request's body may have. */
export const BODY_LIMIT = 10;

/** Headers of every answer, whatever a service sends. Without a space after the colon, which would go out with the value. */
export const SECURITY_HEADERS = [
  'X-Content-Type-Options:nosniff',
  'X-Frame-Options:DENY',
  'X-XSS-Protection:1; mode=block',
  'Strict-Transport-Security:max-age=31536000; includeSubDomains',
];

/** @param origins sites whose pages may call from a browser */
export const cors = (origins: readonly string[]) =>
  ({
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
  }) as const;

/** Bodies sent in chunks escape it. `require_content_length` would answer 411 to every GET and stop no chunk. */
export const requestSizeLimiting = {
  name: 'request-size-limiting',
  config: { allowed_payload_size: BODY_LIMIT, size_unit: 'megabytes' },
} as const;

/**
 * Both: `replace` alone adds nothing that is missing, `add` alone leaves what a service has sent. What else services must not
 * say is in nginx/proxy.conf, which Kong leaves no say about `Server`.
 */
export const responseTransformer = {
  name: 'response-transformer',
  config: {
    remove: { headers: ['Server'] },
    replace: { headers: SECURITY_HEADERS },
    add: { headers: SECURITY_HEADERS },
  },
} as const;

export const correlationId = {
  name: 'correlation-id',
  config: { header_name: CORRELATION_HEADER, generator: 'uuid', echo_downstream: true },
} as const;

/** All are off by default, which is why dashboards stay empty. */
export const prometheus = {
  name: 'prometheus',
  config: {
    // A series more for each consumer, and a fifth of the throughput.
    per_consumer: false,
    status_code_metrics: true,
    latency_metrics: true,
    bandwidth_metrics: true,
    upstream_health_metrics: true,
  },
} as const;

/** @param endpoint takes OTLP over HTTP. How many requests are traced is no setting of the plugin in 3.5 but of Kong. */
export const openTelemetry = (endpoint: string) =>
  ({
    name: 'opentelemetry',
    config: {
      endpoint,
      resource_attributes: { 'service.name': 'kong' },
      // The default sends a request for each span.
      queue: { max_batch_size: 200, max_coalescing_delay: 3 },
    },
  }) as const;

/** Keys are taken from a header alone, as those in a URL end up in logs, and never passed on. */
export const keyAuth = {
  name: 'key-auth',
  config: { key_names: [KEY_HEADER], key_in_query: false, hide_credentials: true },
} as const;

/** Takes the key from a request before a service is asked. */
export const withoutKey = {
  name: 'request-transformer',
  config: { remove: { headers: [KEY_HEADER] } },
} as const;

export const ipRestriction = (allow: readonly string[]) => ({ name: 'ip-restriction', config: { allow } }) as const;

/** The fields of Redis are flat: `redis: {…}` is of 3.6. `cluster` is left out: it writes to the database for each request. */
export type Counters =
  | { readonly policy: 'local' }
  | {
      readonly policy: 'redis';
      readonly redis_host: string;
      readonly redis_port: number;
      readonly redis_username?: string;
      /** Put in when a pod starts: see render.sh. */
      readonly redis_password?: '@@REDIS_PASSWORD@@';
      /** Milliseconds that every request waits when Redis is away. */
      readonly redis_timeout: number;
    };

/** Fixed windows: up to twice the limit passes around the end of one. @param limit_by whose requests are counted together */
export const rateLimiting = (limit_by: 'consumer' | 'service', minute: number, counters: Counters) =>
  ({
    name: 'rate-limiting',
    config: {
      minute,
      limit_by,
      ...counters,
      // A gateway that refuses everybody because its counters are away would do more harm than one that does not count.
      fault_tolerant: true,
    },
  }) as const;

/** Answers in the place of a service. */
export const notFound = { name: 'request-termination', config: { status_code: 404 } } as const;

/** A plugin as version 3.5.0 takes it, in Kong's own names. @see https://docs.konghq.com/hub/?tier=free */
export type Plugin =
  | ReturnType<typeof cors | typeof openTelemetry | typeof ipRestriction | typeof rateLimiting>
  | typeof requestSizeLimiting
  | typeof responseTransformer
  | typeof correlationId
  | typeof prometheus
  | typeof keyAuth
  | typeof withoutKey
  | typeof notFound;

export type PluginName = Plugin['name'];
