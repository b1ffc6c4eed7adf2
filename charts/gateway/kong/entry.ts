import type { HostPort } from '../../../lib/workload';
import type { Protocols } from './entities';
import type { Runtime } from './runtime';
import { PORTS } from './settings';

/** How the world reaches the gateway. */
export type Entry =
  /** The ports of the machine that runs the cluster: plain HTTP, too, and a certificate of the gateway's own making. */
  | { readonly kind: 'host' }
  /** A load balancer: TLS with the certificate of a Secret, and plain HTTP only to be sent there. */
  | {
      readonly kind: 'loadBalancer';
      /** Addresses that may come, for example `0.0.0.0/0`. */
      readonly clients: readonly string[];
      /** Addresses that operators' pages answer to. */
      readonly operators: readonly string[];
      /** Addresses of nodes and pods, which operators must not be among. */
      readonly clusterNetworks: readonly string[];
      /** Load balancers that speak HTTP, whose X-Forwarded-For is believed. @default - none */
      readonly trustedProxies?: readonly string[];
    };

/** Ports of the machine that runs the cluster, by name of the gateway's. */
export type HostPorts = { readonly [port in 'proxy' | 'proxy-ssl']: HostPort };

/** Port that clients know, by name of ours. */
export type PublicPorts = { readonly [port in keyof HostPorts]: number };

/** The rules that follow from the entry. */
export interface Passage extends Pick<Runtime, 'trafficPolicy' | 'clients' | 'clusterNetworks' | 'trustedProxies'> {
  readonly protocols: Protocols;
  readonly publicPorts: PublicPorts;
  readonly operators?: readonly string[];
}

export function passage(entry: Entry, host?: HostPorts): Passage {
  if (entry.kind === 'host') {
    return {
      protocols: { protocols: ['http', 'https'] },
      publicPorts: {
        proxy: host?.proxy.hostPort ?? PORTS.proxy,
        'proxy-ssl': host?.['proxy-ssl'].hostPort ?? PORTS['proxy-ssl'],
      },
      trafficPolicy: 'Cluster',
      clusterNetworks: host ? [host.proxy.podNetwork] : [],
      trustedProxies: [],
    };
  }
  const { clients, operators, clusterNetworks, trustedProxies = [] } = entry;
  return {
    // Method and body stay as they are, which 301 does not promise.
    protocols: { protocols: ['https'], https_redirect_status_code: 308 },
    publicPorts: { proxy: 80, 'proxy-ssl': 443 },
    trafficPolicy: 'Local',
    clients,
    operators,
    clusterNetworks,
    trustedProxies,
  };
}
