import type { HostPort } from '../../../lib/workload';
import type { Protocols } from './configuration';
import { PORTS, type PublicPorts } from './settings';
import type { Entry } from './size';

/** Ports of the machine that runs the cluster, by name of the gateway's. */
export type HostPorts = { readonly [port in keyof PublicPorts]: HostPort };

/** The rules that follow from the entry. */
export interface Passage {
  readonly protocols: Protocols;
  readonly publicPorts: PublicPorts;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** @default - whoever reaches the port */
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
      // The node takes the place of the client's address: no list could hold.
      trustedProxies: [],
    };
  }
  const { operators, trustedProxies = [] } = entry;
  return {
    // Method and body stay as they are, which 301 does not promise. `Location` has no port, which means 443.
    protocols: { protocols: ['https'], https_redirect_status_code: 308 },
    publicPorts: { proxy: 80, 'proxy-ssl': 443 },
    operators,
    trustedProxies,
  };
}
