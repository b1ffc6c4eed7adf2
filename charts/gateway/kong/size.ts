import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { Autoscaling } from '../../../lib/stateless-workload';
import type { HostPort } from '../../../lib/workload';

/** What the gateway of an environment may need, and how the world reaches it. */
export interface KongSize {
  /** Of each pod: one nginx process for each whole core of `cpu`, and memory for them. */
  readonly resources: Resources;
  /** Pods that always run. */
  readonly replicas: number;
  /** @default - always `replicas` */
  readonly autoscaling?: Autoscaling;
  /** How the world reaches the gateway. */
  readonly entry: Entry;
  /** Names that clients call the gateway by, for example `www.example.com`; in the cluster it also has those of its Service. */
  readonly hosts: readonly string[];
  /** Where the gateway has its configuration from. */
  readonly storage: Storage;
  /** Characters that an API key must have: 32 random ones cannot be guessed, and guessing is not rate-limited. */
  readonly leastKeyLength: number;
  /** Requests that pass in a minute, bursts included, of each whom an access counts: see policies.ts. */
  readonly requestsPerMinute: number;
  /** Sites whose pages may call the API from a browser, for example `https://www.example.com`. */
  readonly origins: readonly string[];
  /** Seconds in which everybody learns that a pod leaves, before it begins to stop. */
  readonly drainSeconds: number;
}

/** How the world reaches the gateway. */
export type Entry =
  /** The ports of the machine that runs the cluster: plain HTTP, too, and a certificate of the gateway's own making. */
  | HostEntry
  /** A load balancer: TLS with the certificate of a Secret, and plain HTTP only to be sent there. */
  | LoadBalancer;

export interface HostEntry {
  readonly kind: 'host';
  /** Its ports, by name of the gateway's. @default - reached by a forwarded port alone */
  readonly ports?: { readonly proxy: HostPort; readonly 'proxy-ssl': HostPort };
}

export interface LoadBalancer {
  readonly kind: 'loadBalancer';
  /** Addresses that may come, for example `0.0.0.0/0`. */
  readonly clients: readonly string[];
  /** Addresses that operators' pages answer to. */
  readonly operators: readonly string[];
  /** Addresses of nodes and pods, which operators must not be among. */
  readonly clusterNetworks: readonly string[];
  /** Load balancers that speak HTTP, whose X-Forwarded-For is believed. @default - none */
  readonly trustedProxies?: readonly string[];
}

/** The source of the gateway's configuration. */
export type Storage =
  /** The ConfigMap, and nothing else is needed: what is in Git is what runs. */
  | { readonly kind: 'dbless' }
  /** A PostgreSQL of its own, which a Job fills from the same model. */
  | DatabaseSize;

export interface DatabaseSize {
  readonly kind: 'postgres';
  readonly resources: Resources;
  readonly disk: Size;
  /** Counter to raise when keys, or the password of Redis, have changed, as the model sees neither: the Job runs again. */
  readonly keysRevision: number;
}
