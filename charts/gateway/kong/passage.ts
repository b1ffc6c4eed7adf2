import type { ConfigurationProps } from './configuration';
import { PORTS, type SettingsProps } from './settings';
import type { Entry } from './size';

type Passage = Pick<ConfigurationProps, 'protocols' | 'operators'> &
  Pick<SettingsProps, 'publicPorts' | 'trustedProxies'>;

/** What follows from the entry. */
export const passage = (entry: Entry): Passage =>
  entry.kind === 'host'
    ? {
        protocols: { protocols: ['http', 'https'] },
        publicPorts: {
          proxy: entry.ports?.proxy.hostPort ?? PORTS.proxy,
          'proxy-ssl': entry.ports?.['proxy-ssl'].hostPort ?? PORTS['proxy-ssl'],
        },
        // The node takes the place of the client's address: no list could hold.
        trustedProxies: [],
      }
    : {
        // Method and body stay as they are, which 301 does not promise. `Location` has no port, which means 443.
        protocols: { protocols: ['https'], https_redirect_status_code: 308 },
        publicPorts: { proxy: 80, 'proxy-ssl': 443 },
        operators: entry.operators,
        trustedProxies: entry.trustedProxies ?? [],
      };
