import type { Plugin } from './plugins';
import type { Timeouts } from './policies';

/**
 * Kong's declarative format as version 3.5.0 takes it, in Kong's own names, and of it what this platform uses.
 * @see https://docs.konghq.com/gateway/3.5.x/production/deployment-topologies/db-less-and-declarative-config/
 */
export interface Configuration {
  readonly services: readonly Service[];
  /** Those that lead to no service. @default - none */
  readonly routes?: readonly Route[];
  readonly consumers: readonly Consumer[];
  /** For every request. */
  readonly plugins: readonly Plugin[];
}

/** Something behind the gateway. `url` is left out: where it and `host` disagree, Kong says nothing and takes `url`. */
export interface Service extends Timeouts {
  readonly name: string;
  readonly protocol: 'http';
  readonly host: string;
  readonly port: number;
  readonly plugins: readonly Plugin[];
  readonly routes: readonly Route[];
}

/** Without the status, a plain request to a route for TLS is answered with 426, which no browser follows. */
export type Protocols =
  | { readonly protocols: readonly ['http', 'https'] }
  | { readonly protocols: readonly ['https']; readonly https_redirect_status_code: 308 };

export type Route = Protocols & {
  readonly name: string;
  /** `/api/` and what is below it, or `~/api$` exactly. `/api` is also `/apifoo`. */
  readonly paths: readonly [string, ...string[]];
  /** For other names there is no such route. */
  readonly hosts: readonly string[];
  /** Services expect the path as it was asked for. */
  readonly strip_path: false;
  /** Whether the service sees the Host that the client asked for. */
  readonly preserve_host: boolean;
  /** A service has its own, of which none may have the name of one here: it would be replaced. @default - none */
  readonly plugins?: readonly Plugin[];
};

export interface Consumer {
  readonly username: string;
  readonly keyauth_credentials: readonly Credential[];
}

export interface Credential {
  /** Stands for a value that the pod puts there at its start, from a Secret. */
  readonly key: `@@${string}@@`;
  /** A UUID: without one it is random at each start, and an import into a database fails the second time. */
  readonly id: string;
}
