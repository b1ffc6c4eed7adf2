import { PlatformLoad } from '../../../cluster/load/load';
import { kind } from '../../../config/kind';
import { away, type Drill } from './drill';

const keys = kind.developmentSecrets!['kong-keys']!;
let clients: PlatformLoad;

/** Clients ask too often, without a key, and for a service that is not there. */
export const strangers: Drill = {
  alerts: ['KongRateLimited', 'KongKeysRefused', 'KongServerErrors'],
  breaks: (bss) => {
    bss.run('scale', 'deployment/pghero', '--replicas=0');
    clients = new PlatformLoad(kind, {
      ...{ name: 'drill-strangers', through: 'gateway' },
      streams: [
        { path: '/api/customers?page=0&size=1', apikey: keys['bss-partner']!, perSecond: 40 },
        { path: '/api/customers', apikey: '', perSecond: 3 },
        { path: '/pghero/', perSecond: 1 },
      ],
    });
  },
  repairs: (bss) => {
    clients.stop();
    bss.run('scale', 'deployment/pghero', '--replicas=1');
  },
};

export const gateway = away('GatewayDown', 'deployment/kong', kind.kong.replicas);
