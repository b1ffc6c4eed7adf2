import type { Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { HostPort } from '../../../lib/publication';
import type { Autoscaling } from '../../../lib/stateless-workload';

/** Size of the gateway, how clients reach it, and its limit. */
export interface KongSize {
  /** CPU and memory of each pod. It runs one nginx process for each whole core of `cpu`. */
  readonly resources: Resources;
  /** Pods that always run. */
  readonly replicas: number;
  /** Pods that are added under load. @default - none: always `replicas` */
  readonly autoscaling?: Autoscaling;
  /** How clients outside of the cluster reach the gateway. */
  readonly entry: Entry;
  /** Host names of the gateway, for example `www.example.com`. Inside the cluster those of its Service work, too. */
  readonly hosts: readonly string[];
  /** Where the gateway reads its configuration from. */
  readonly storage: Storage;
  /** Characters that an API key has at least: 32 random ones cannot be guessed, and nothing limits guesses. */
  readonly leastKeyLength: number;
  /** Requests that pass in a minute, bursts included: of each consumer, or of all callers of a page together (`limit` in policies.ts). */
  readonly requestsPerMinute: number;
  /** Origins of web pages that may call the API from a browser (CORS), for example `https://www.example.com`. */
  readonly origins: readonly string[];
  /** Seconds that a pod goes on serving when it is stopped, until load balancers and Services have taken it out. */
  readonly drainSeconds: number;
}

/** How clients outside of the cluster reach the gateway. */
export type Entry =
  /** Ports of the machine that runs the cluster: plain HTTP, and TLS with a self-signed certificate. */
  | HostEntry
  /** A load balancer: TLS with the certificate of a Secret; plain HTTP is redirected to it. */
  | LoadBalancer;

export interface HostEntry {
  readonly kind: 'host';
  /** Ports of that machine by the gateway's port that they lead to. @default - none: use `kubectl port-forward` */
  readonly ports?: { readonly proxy: HostPort; readonly 'proxy-ssl': HostPort };
}

export interface LoadBalancer {
  readonly kind: 'loadBalancer';
  /** Networks of the clients that may connect, for example `0.0.0.0/0`. */
  readonly clients: readonly string[];
  /** Networks of the people who may open operators' pages. */
  readonly operators: readonly string[];
  /** Networks of nodes and pods. No operators' network may overlap them. */
  readonly clusterNetworks: readonly string[];
  /** Networks of load balancers that speak HTTP: their X-Forwarded-For is believed. @default - none */
  readonly trustedProxies?: readonly string[];
}

/** Where the gateway reads its configuration from. */
export type Storage =
  /** The ConfigMap, and no database: what is in Git is what runs. */
  | { readonly kind: 'dbless' }
  /** A PostgreSQL for the gateway alone, which a Job fills from the same model. */
  | DatabaseSize;

export interface DatabaseSize {
  readonly kind: 'postgres';
  /** CPU and memory of the database's pod. */
  readonly resources: Resources;
  /** Claim of the database. */
  readonly disk: Size;
  /** Counter that you raise when API keys or the password of Redis have changed: the model sees neither. The Job then runs again. */
  readonly keysRevision: number;
}
