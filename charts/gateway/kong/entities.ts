import type { ConsumerPlugin, Plugin } from './plugins';

/**
 * Kong's declarative format as version 3.5.0 takes it, in Kong's own names, and of it what this platform uses: what is
 * not here is refused by Kong, or refused here on purpose.
 * @see https://docs.konghq.com/gateway/3.5.x/production/deployment-topologies/db-less-and-declarative-config/
 */
export interface Configuration {
  readonly services: readonly Service[];
  readonly upstreams?: readonly Upstream[];
  readonly consumers: readonly Consumer[];
  /** For every request, unless a service or a route has a plugin of the same name. */
  readonly plugins: readonly Plugin[];
}

interface Tagged {
  /** Printable ASCII but `,` and `/`. @default - none */
  readonly tags?: readonly string[];
}

/** Something behind the gateway. `url` is left out: where it and `host` disagree, Kong says nothing and takes `url`. */
export interface Service extends Tagged {
  readonly name: string;
  readonly protocol: 'http';
  readonly host: string;
  readonly port: number;
  /** Put before the path of each request. @default - nothing */
  readonly path?: string;
  /**
   * Tries after the first one, when a connection cannot be made, breaks or times out, and no later than
   * NEXT_TRY_SECONDS. An answer, whatever its status, is never tried again, nor is a POST or PATCH that was sent. A kept
   * connection that turns out to be closed counts as no try.
   */
  readonly retries: number;
  /** Milliseconds, for each try. */
  readonly connect_timeout: number;
  /** Milliseconds between two writes to the service. */
  readonly write_timeout: number;
  /** Milliseconds between two reads from the service. */
  readonly read_timeout: number;
  readonly routes: readonly Route[];
  /** @default - none */
  readonly plugins?: readonly Plugin[];
}

/** `/api/` and what is below it, or `~/api$` exactly. Kong takes `/api`, too, and then `/apifoo` as well. */
export type Path = `/${string}/` | `~/${string}$`;

/**
 * What a route speaks. Without the status, a plain request to a route for TLS is answered with 426, which no browser
 * follows.
 */
export type Protocols =
  | { readonly protocols: readonly ['http', 'https'] }
  | { readonly protocols: readonly ['https']; readonly https_redirect_status_code: 301 | 302 | 307 | 308 };

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export type Route = Tagged &
  Protocols & {
    readonly name: string;
    readonly paths: readonly [Path, ...Path[]];
    /** `www.example.com` or `*.example.com`: for other names there is no such route. */
    readonly hosts: readonly string[];
    /** With OPTIONS, or browsers on other sites cannot call. @default - any */
    readonly methods?: readonly Method[];
    /** Whether the service sees the path without the prefix that matched. */
    readonly strip_path: boolean;
    /** Whether the service sees the Host that the client asked for. @default false */
    readonly preserve_host?: boolean;
    /** @default - none */
    readonly plugins?: readonly Plugin[];
  };

export interface Consumer extends Tagged {
  readonly username: string;
  readonly keyauth_credentials: readonly Credential[];
  /** @default - none */
  readonly plugins?: readonly ConsumerPlugin[];
}

/** Stands for a value that the pod puts there at its start, from a Secret. */
export type Placeholder = `@@${string}@@`;

export interface Credential {
  readonly key: Placeholder;
  /** A UUID: without one it is random at each start, and an import into a database fails the second time. */
  readonly id: string;
}

/** Several addresses behind one name that services may use as their host. */
export interface Upstream extends Tagged {
  /** Like a host name, without a port. */
  readonly name: string;
  readonly algorithm?: 'round-robin' | 'least-connections' | 'latency';
  readonly targets: readonly Target[];
  /** @default - none: an address stays, whatever it answers */
  readonly healthchecks?: { readonly active: ActiveHealthCheck };
}

export interface Target {
  readonly target: `${string}:${number}`;
  /** 0 to 65535 @default 100 */
  readonly weight?: number;
}

export interface ActiveHealthCheck {
  readonly http_path: string;
  /** Seconds. */
  readonly timeout: number;
  /** A list of values for each name. @default - none */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  /** Seconds between probes of an address that is well, and how many good answers make it so. */
  readonly healthy: { readonly interval: number; readonly successes: number };
  /** Seconds between probes of one that is not, and how many failures make it so. */
  readonly unhealthy: { readonly interval: number; readonly tcp_failures: number; readonly http_failures: number };
}
