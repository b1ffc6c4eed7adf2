import { type Check, complaint, oneOf, optional } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { dnsSubdomain } from '../../../lib/values/names';
import { addressOrNetwork, network } from '../../../lib/values/networks';
import { whole } from '../../../lib/values/numbers';
import { list, record, union } from '../../../lib/values/record';
import { disk, resources } from '../../../lib/values/sizes';
import { autoscaling, replicas, scalingErrors } from '../../scaling';
import type { Entry } from './entry';
import type { KongSize } from './kong';
import type { Storage } from './storage';

export const kongImage = image({
  of: /:3\.5\.\d+/,
  words: '3.5.x',
  because: 'Its plugins, its settings and what it refuses are those of 3.5: another line needs another chart.',
});

type Of<Union extends { readonly kind: string }, Kind extends Union['kind']> = Extract<Union, { readonly kind: Kind }>;

const entry = union<Entry>({
  host: record<Of<Entry, 'host'>>({ kind: oneOf('host') }),
  loadBalancer: record<Of<Entry, 'loadBalancer'>>({
    kind: oneOf('loadBalancer'),
    // An empty list would let everybody in, here and at the load balancer.
    clients: list(network),
    operators: list(addressOrNetwork),
    clusterNetworks: list(network),
    trustedProxies: optional(list(addressOrNetwork, { least: 0 })),
  }),
});

const storage = union<Storage>({
  dbless: record<Of<Storage, 'dbless'>>({ kind: oneOf('dbless') }),
  postgres: record<Of<Storage, 'postgres'>>({
    kind: oneOf('postgres'),
    resources: resources(192),
    // A server of its own, whose log may grow to a gibibyte.
    disk: disk(1024),
    keysRevision: whole(0, 1_000_000),
  }),
});

/** What `checks/cors.ts` can look at: something that has a host, if it has a scheme. */
const origin: Check<string> = (name, value) =>
  typeof value === 'string' &&
  value.length <= 255 &&
  (!/^https?:\/\//.test(value) || URL.canParse(value)) &&
  value !== ''
    ? []
    : [complaint(name, value, 'the address of a site, as in "https://www.example.com"')];

/** What a gateway may be. */
export const kongSize = record<KongSize>(
  {
    // One worker, the caches and the master; more workers need more, see checks/capacity.ts.
    resources: resources(128),
    replicas,
    autoscaling,
    entry,
    storage,
    hosts: list(dnsSubdomain),
    leastKeyLength: whole(16, 256, ' characters: shorter keys can be guessed'),
    origins: list(origin),
    drainSeconds: whole(0, 600),
  },
  scalingErrors('kong'),
);
