import { type Scope, scopesOf } from '../policy';
import type { Gateway } from './checks';
import { cidrError, overlap } from './cidr';

const LOOPBACK = '127.0.0.0/8';
const EVERYBODY = ['0.0.0.0/0', '::/0'];

/** Lists of addresses that let in whom they should not, or nobody. */
export const accessErrors = (gateway: Gateway): string[] => [
  ...scopesOf(gateway.configuration).flatMap((scope) => [
    ...restrictionErrors(scope, gateway),
    ...limiterErrors(scope, gateway),
  ]),
  ...clientErrors(gateway.runtime),
  ...gateway.runtime.clusterNetworks.flatMap((range) => rangeErrors('clusterNetworks', range)),
  ...gateway.runtime.trustedProxies.flatMap((range) => {
    if (EVERYBODY.includes(range)) {
      return [
        `trustedProxies has ${range}: anybody could say who he is by X-Forwarded-For, and pass every list of addresses. Name ` +
          'the proxies alone.',
      ];
    }
    return rangeErrors('trustedProxies', range);
  }),
];

function rangeErrors(field: string, range: string): string[] {
  const error = cidrError(range);
  return error ? [`${field} has "${range}": ${error}.`] : [];
}

/** To Kubernetes an empty list is everybody. */
const clientErrors = ({ clients }: Gateway['runtime']): string[] =>
  clients?.length === 0
    ? [
        'entry.clients is empty, which a load balancer takes for everybody. Name the addresses that may come, or 0.0.0.0/0 if ' +
          "that is meant; for nobody, take entry: { kind: 'host' }.",
      ]
    : (clients ?? []).flatMap((range) => rangeErrors('entry.clients', range));

function restrictionErrors({ title, plugins }: Scope, { runtime }: Gateway): string[] {
  return plugins.flatMap((plugin) => {
    if (plugin.name !== 'ip-restriction') return [];
    const { allow = [], deny = [] } = plugin.config;
    const where = `ip-restriction of ${title}`;
    if (allow.length + deny.length === 0)
      return [`${where}: it has no address, and Kong refuses it. Name some, or remove it.`];
    return [
      ...[...allow, ...deny].flatMap((range) => {
        const error = cidrError(range);
        return error ? [`${where}: "${range}": ${error}.`] : [];
      }),
      ...(runtime.trafficPolicy === 'Cluster'
        ? [
            `${where}: with externalTrafficPolicy Cluster the gateway sees the address of a node in place of the client's, so ` +
              'that the list holds for nobody or for everybody. Use Local, or remove it.',
          ]
        : []),
      ...allow.flatMap((range) => {
        if (EVERYBODY.includes(range))
          return [`${where}: allow has ${range}, which is everybody. Remove the plugin, or name them.`];
        const inside = [LOOPBACK, ...runtime.clusterNetworks].find((each) => overlap(each, range));
        return inside
          ? [
              `${where}: allow has ${range}, which overlaps ${inside}: nodes and pods have such addresses, and whoever comes ` +
                'through one of them would be let in. Name addresses from outside.',
            ]
          : [];
      }),
    ];
  });
}

function limiterErrors({ title, plugins }: Scope, { runtime: { trafficPolicy } }: Gateway): string[] {
  return plugins.flatMap((plugin) =>
    plugin.name === 'rate-limiting' && plugin.config.limit_by === 'ip' && trafficPolicy === 'Cluster'
      ? [
          `rate-limiting of ${title}: limit_by is ip, but with externalTrafficPolicy Cluster everybody has the address of a ` +
            'node, and any stranger could lock everybody out. Use Local, or remove it.',
        ]
      : [],
  );
}
