import type { Placeholder } from './entities';

/** A value that Kong reads from its environment: `{vault://env/bss-x}` is `BSS_X`. Only few fields understand it. */
export type VaultReference = `{vault://env/${string}}`;

/** `Name:value`, without a space. */
export type HeaderLine = `${string}:${string}`;

interface Periods {
  readonly second?: number;
  readonly minute?: number;
  readonly hour?: number;
  readonly day?: number;
}

/** The fields of Redis are flat: `redis: {…}` is of 3.6. `cluster` is left out: it writes to the database for each request. */
export type Counters =
  | { readonly policy: 'local' }
  | {
      readonly policy: 'redis';
      readonly redis_host: string;
      readonly redis_port: number;
      readonly redis_username?: string;
      readonly redis_password?: VaultReference | Placeholder;
      /** Milliseconds that every request waits when Redis is away. */
      readonly redis_timeout: number;
    };

/**
 * Fixed windows: up to twice the limit passes around the end of one. There is no burst in Kong.
 * @see https://docs.konghq.com/hub/kong-inc/rate-limiting/
 */
export interface RateLimiting {
  readonly name: 'rate-limiting';
  readonly config: Periods &
    Counters & {
      /** Whose requests are counted together: a consumer's, an address's, or all of the service. */
      readonly limit_by: 'consumer' | 'ip' | 'service';
      /** Whether requests pass uncounted while the counters cannot be reached; if not, they fail with 500. */
      readonly fault_tolerant: boolean;
      readonly hide_client_headers?: boolean;
    };
}

/** Keys are taken from a header alone, as those in a URL end up in logs, and never passed on. */
export interface KeyAuth {
  readonly name: 'key-auth';
  readonly config: {
    readonly key_names: readonly string[];
    readonly key_in_query: false;
    readonly hide_credentials: true;
    /** Consumer whom a request without a key counts as. @default - none: it is refused */
    readonly anonymous?: string;
  };
}

export interface Cors {
  readonly name: 'cors';
  readonly config: {
    /** `https://www.example.com`, with a port where it is not the scheme's own. */
    readonly origins: readonly string[];
    readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
    readonly headers: readonly string[];
    readonly exposed_headers?: readonly string[];
    /** Whether browsers send cookies along. */
    readonly credentials: boolean;
    /** Seconds that a browser remembers the answer to a preflight. */
    readonly max_age: number;
  };
}

/** Bodies sent in chunks escape it. `require_content_length` is left out: it answers 411 to every GET and stops no chunk. */
export interface RequestSizeLimiting {
  readonly name: 'request-size-limiting';
  readonly config: { readonly allowed_payload_size: number; readonly size_unit: 'megabytes' | 'kilobytes' | 'bytes' };
}

export interface CorrelationId {
  readonly name: 'correlation-id';
  readonly config: {
    readonly header_name: string;
    readonly generator: 'uuid' | 'uuid#counter' | 'tracker';
    readonly echo_downstream: boolean;
  };
}

interface Headers {
  readonly headers: readonly HeaderLine[];
}

/** In this order: remove, replace, add. `add` leaves a header alone that the service has sent. */
export interface ResponseTransformer {
  readonly name: 'response-transformer';
  readonly config: {
    readonly remove?: { readonly headers: readonly string[] };
    readonly replace?: Headers;
    readonly add?: Headers;
  };
}

/** Before a service is asked. More of it is not used here. */
export interface RequestTransformer {
  readonly name: 'request-transformer';
  readonly config: { readonly remove: { readonly headers: readonly string[] } };
}

export interface IpRestriction {
  readonly name: 'ip-restriction';
  readonly config:
    | { readonly allow: readonly string[]; readonly deny?: readonly string[] }
    | { readonly allow?: readonly string[]; readonly deny: readonly string[] };
}

/** All are off by default, which is why dashboards stay empty. */
export interface Prometheus {
  readonly name: 'prometheus';
  readonly config: {
    readonly per_consumer: boolean;
    readonly status_code_metrics: boolean;
    readonly latency_metrics: boolean;
    readonly bandwidth_metrics: boolean;
    readonly upstream_health_metrics: boolean;
  };
}

interface Queue {
  /** Entries in one request to the collector. */
  readonly max_batch_size: number;
  /** Seconds until a batch is sent that is not full. */
  readonly max_coalescing_delay: number;
}

/** How many requests are traced is no setting of the plugin in 3.5 but of Kong: `KONG_TRACING_SAMPLING_RATE`. */
export interface OpenTelemetry {
  readonly name: 'opentelemetry';
  readonly config: {
    /** OTLP over HTTP. */
    readonly endpoint: string | VaultReference;
    readonly resource_attributes?: Readonly<Record<string, string>>;
    readonly queue: Queue;
  };
}

/** Kong's own JSON, an array for each batch: for a collector such as Vector or Fluent Bit, not for Loki itself. */
export interface HttpLog {
  readonly name: 'http-log';
  readonly config: {
    readonly http_endpoint: string | VaultReference;
    readonly headers?: Readonly<Record<string, string | VaultReference>>;
    readonly queue: Queue;
  };
}

export type Plugin =
  | RateLimiting
  | KeyAuth
  | Cors
  | RequestSizeLimiting
  | CorrelationId
  | RequestTransformer
  | ResponseTransformer
  | IpRestriction
  | Prometheus
  | OpenTelemetry
  | HttpLog;

export type PluginName = Plugin['name'];

/** Those that can depend on who asks: the others run before anybody is known, or must not differ. */
export type ConsumerPlugin = RateLimiting | RequestSizeLimiting;

/**
 * Which runs first, as 3.5 has it: the higher number.
 * @see https://docs.konghq.com/gateway/3.5.x/plugin-development/custom-logic/#kong-plugins
 */
export const PRIORITY: Readonly<Record<PluginName, number>> = {
  cors: 2000,
  'key-auth': 1250,
  'ip-restriction': 990,
  'request-size-limiting': 951,
  'rate-limiting': 910,
  'request-transformer': 801,
  'response-transformer': 800,
  opentelemetry: 14,
  prometheus: 13,
  'http-log': 12,
  'correlation-id': 1,
};

/** Fields that understand `{vault://…}`, by plugin; everywhere else Kong takes it for the value itself. */
export const REFERENCEABLE: Readonly<Partial<Record<PluginName, readonly string[]>>> = {
  'rate-limiting': ['redis_username', 'redis_password'],
  opentelemetry: ['endpoint', 'headers'],
  'http-log': ['http_endpoint', 'headers'],
};
