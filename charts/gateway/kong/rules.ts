import ipaddr from 'ipaddr.js';
import { repeated } from '../../../lib/repeated';
import type { SecretValues } from '../../../lib/secret';
import { and, type Check, complaint, oneOf, optional, shown } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { dnsSubdomain } from '../../../lib/values/names';
import { addressOrNetwork, hostPort, network } from '../../../lib/values/networks';
import { whole } from '../../../lib/values/numbers';
import { list, record, union } from '../../../lib/values/record';
import { autoscaling, replicas, scalingErrors } from '../../../lib/values/scaling';
import { disk, resources } from '../../../lib/values/sizes';

import { nameOf, PRIVATE } from './configuration';
import { leastMemory, workersFor } from './memory';
import type { PublicSite } from './policies';
import type { DatabaseSize, Entry, HostEntry, KongSize, LoadBalancer, Storage } from './size';

export const kongImage = image({
  of: /:3\.5\.\d+/,
  words: '3.5.x',
  because: 'Its plugins, its settings and what it refuses are those of 3.5: another line needs another chart.',
});

const EVERYBODY = ['0.0.0.0/0', '::/0'];

const entry = union<Entry>({
  host: record<HostEntry>({
    kind: oneOf('host'),
    ports: optional(record<NonNullable<HostEntry['ports']>>({ proxy: hostPort, 'proxy-ssl': hostPort })),
  }),
  loadBalancer: record<LoadBalancer>(
    {
      kind: oneOf('loadBalancer'),
      // An empty list would let everybody in, here and at the load balancer.
      clients: list(network),
      operators: list(addressOrNetwork),
      clusterNetworks: list(network),
      trustedProxies: optional(list(addressOrNetwork, { least: 0 })),
    },
    operatorErrors,
    proxyErrors,
  ),
});

const storage = union<Storage>({
  dbless: record<Extract<Storage, { kind: 'dbless' }>>({ kind: oneOf('dbless') }),
  postgres: record<DatabaseSize>({
    kind: oneOf('postgres'),
    resources: resources(192),
    // A server of its own, whose log may grow to a gibibyte.
    disk: disk(1024),
    keysRevision: whole(0, 1_000_000),
  }),
});

/** An origin as a browser sends it: scheme, host, and a port that is not the scheme's own. */
const origin: Check<string> = (name, value) => {
  if (value === '*') return [];
  if (typeof value !== 'string' || value.length > 255 || !/^https?:\/\//.test(value) || !URL.canParse(value))
    return [complaint(name, value, 'the address of a site, as in "https://www.example.com"')];
  if (!/^[A-Za-z0-9.:/-]+$/.test(value))
    return [
      `${name} is ${shown(value)}: Kong takes it for a pattern, in which "." is any character. Write each site out.`,
    ];
  const { origin: exact } = new URL(value);
  return exact === value
    ? []
    : [`${name} is ${shown(value)}: browsers do not send it so, and Kong may ignore the rest. Write ${shown(exact)}.`];
};

const origins: Check<readonly string[]> = and(list(origin), (name, value) =>
  Array.isArray(value) && value.includes('*') && value.length > 1
    ? [`${name} has "*" and others, which it makes void. Remove it, or them.`]
    : [],
);

/** What a gateway may be. */
export const kongSize = record<KongSize>(
  {
    // How much its workers need, and why, is a rule below.
    resources: resources(16),
    replicas,
    autoscaling,
    entry,
    storage,
    hosts: list(dnsSubdomain),
    leastKeyLength: whole(16, 256, ' characters: shorter keys can be guessed'),
    requestsPerMinute: whole(1, 10_000_000, ' requests that pass in a minute, the most that a burst may have'),
    origins,
    drainSeconds: whole(0, 600),
  },
  scalingErrors('kong'),
  memoryErrors,
);

/** No line twice, or Kong could not tell who calls. */
export const distinct: Check<SecretValues> = (name, values) => {
  const lines = Object.values(values as SecretValues).flatMap((value) => value.trimEnd().split('\n'));
  return new Set(lines).size === lines.length
    ? []
    : [`${name} has the same line twice: it could not be told who calls. Give each consumer a key of its own.`];
};

function operatorErrors({ operators, clusterNetworks }: LoadBalancer): string[] {
  return operators.flatMap((range) => {
    if (EVERYBODY.includes(range)) {
      return [`kong.entry.operators has ${range}, which is everybody. Name the addresses that operators come from.`];
    }
    const inside = ['127.0.0.0/8', ...clusterNetworks].find((each) => overlap(each, range));
    return inside
      ? [
          `kong.entry.operators has ${range}, which overlaps ${inside}: nodes and pods have such addresses, and whoever comes ` +
            'through one of them would be let in. Name addresses from outside.',
        ]
      : [];
  });
}

function proxyErrors({ trustedProxies = [] }: LoadBalancer): string[] {
  return trustedProxies
    .filter((range) => EVERYBODY.includes(range))
    .map(
      (range) =>
        `kong.entry.trustedProxies has ${range}: anybody could say who he is by X-Forwarded-For, and pass every list of ` +
        'addresses. Name the proxies alone.',
    );
}

/** Whether two ranges have an address in common. */
function overlap(one: string, other: string): boolean {
  const [[a, aBits], [b, bBits]] = [one, other].map((range) =>
    range.includes('/') ? ipaddr.parseCIDR(range) : ipaddr.parseCIDR(`${range}/${range.includes(':') ? 128 : 32}`),
  ) as [[ipaddr.IPv4 | ipaddr.IPv6, number], [ipaddr.IPv4 | ipaddr.IPv6, number]];
  return a.kind() === b.kind() && a.match(b, Math.min(aBits, bBits));
}

function memoryErrors({ resources: { cpu, memoryLimit } }: KongSize): string[] {
  const [workers, limit] = [workersFor(cpu), memoryLimit.toMebibytes()];
  if (limit >= leastMemory(workers)) return [];
  return [
    `kong.resources.memoryLimit is ${limit} MiB, but ${workers} workers and the volumes in memory need ` +
      `${leastMemory(workers)} MiB: under load the kernel would kill workers, which no status, event or restart shows. ` +
      'Raise it, or ask for less CPU.',
  ];
}

/** What Kong would refuse at its start, or take for more than it looks like. */
export function siteErrors(sites: readonly PublicSite[]): string[] {
  if (sites.length === 0)
    return ['kong has no sites: a gateway with an empty configuration is never ready. Give it one.'];
  const names = sites.map(({ site }) => nameOf(site));
  const twice = new Set(repeated(names));
  return [
    ...[...twice].map((name) => `kong has two sites whose route is "${name}". Give one of them another path.`),
    ...sites.flatMap(({ site: { path } }) => {
      if (!/^\/[A-Za-z0-9_-]*$/.test(path))
        return [
          `kong has a site at "${path}": it must be "/" and one word of A-Z, a-z, 0-9, "_" and "-", or "/" alone.`,
        ];
      return PRIVATE.some((each) => path === each)
        ? [`kong has a site at "${path}": services show and change their innards there. Give it another path.`]
        : [];
    }),
  ];
}
