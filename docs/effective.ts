import type { Configuration, Route, Service } from '../charts/gateway/kong/configuration';
import type { Plugin, PluginName } from '../charts/gateway/kong/plugins';

/**
 * The order in which plugins run, as 3.5 has it: by falling priority.
 * @see https://docs.konghq.com/gateway/3.5.x/plugin-development/custom-logic/#kong-plugins
 */
export const ORDER: readonly PluginName[] = [
  'cors',
  'key-auth',
  'ip-restriction',
  'request-size-limiting',
  'rate-limiting',
  'request-transformer',
  'response-transformer',
  'opentelemetry',
  'prometheus',
  'request-termination',
  'correlation-id',
];

/** A plugin as it runs, and where it is written. */
export interface EffectivePlugin {
  readonly plugin: Plugin;
  readonly from: 'global' | 'service';
}

/** What runs for a request to a route of the service, in this order. */
export const effectivePlugins = ({ plugins }: Configuration, service: Service): EffectivePlugin[] =>
  [
    ...plugins.map((plugin) => ({ plugin, from: 'global' as const })),
    ...service.plugins.map((plugin) => ({ plugin, from: 'service' as const })),
  ].sort((one, other) => ORDER.indexOf(one.plugin.name) - ORDER.indexOf(other.plugin.name));

/** The plugin of that name which runs for the route, if one does. */
export const effectivePlugin = <Name extends PluginName>(
  configuration: Configuration,
  service: Service,
  name: Name,
): Extract<Plugin, { name: Name }> | undefined =>
  effectivePlugins(configuration, service)
    .map(({ plugin }) => plugin)
    .find((plugin): plugin is Extract<Plugin, { name: Name }> => plugin.name === name);

/** Every route with its service. */
export const routesOf = ({ services }: Configuration): { service: Service; route: Route }[] =>
  services.flatMap((service) => service.routes.map((route) => ({ service, route })));
