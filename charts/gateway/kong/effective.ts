import type { Configuration, Route, Service } from './entities';
import type { Plugin, PluginName } from './plugins';

/**
 * In which order they run, as 3.5 has it: by falling priority.
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
  readonly from: 'global' | 'service' | 'route';
}

/** What runs for a request to the route, in this order. */
export function effectivePlugins(configuration: Configuration, service: Service, route: Route): EffectivePlugin[] {
  const written = { global: configuration.plugins, service: service.plugins, route: route.plugins ?? [] };
  return (['global', 'service', 'route'] as const)
    .flatMap((from) => written[from].map((plugin) => ({ plugin, from })))
    .sort((one, other) => ORDER.indexOf(one.plugin.name) - ORDER.indexOf(other.plugin.name));
}

/** The plugin of that name which runs for the route, if one does. */
export const effectivePlugin = <Name extends PluginName>(
  configuration: Configuration,
  service: Service,
  route: Route,
  name: Name,
): Extract<Plugin, { name: Name }> | undefined =>
  effectivePlugins(configuration, service, route)
    .map(({ plugin }) => plugin)
    .find((plugin): plugin is Extract<Plugin, { name: Name }> => plugin.name === name);

/** Every route with its service. */
export const routesOf = ({ services }: Configuration): { service: Service; route: Route }[] =>
  services.flatMap((service) => service.routes.map((route) => ({ service, route })));

/** Names of the plugins in use: no others are loaded, and a name that is none is refused. Keys are a plugin's, too. */
export const pluginNames = ({ consumers, plugins, services, routes = [] }: Configuration): PluginName[] => [
  ...new Set<PluginName>([
    ...(consumers.length > 0 ? (['key-auth'] as const) : []),
    ...[{ plugins }, ...services, ...routes].flatMap(({ plugins = [] }) => plugins.map(({ name }) => name)),
  ]),
];
