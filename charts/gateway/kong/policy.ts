import type { Configuration, Route, Service } from './entities';
import { type Plugin, type PluginName, PRIORITY } from './plugins';

/** Where a plugin is written. */
export interface Scope {
  readonly level: 'global' | 'service' | 'route' | 'consumer';
  /** As messages call it, for example `route "api"`. */
  readonly title: string;
  readonly plugins: readonly Plugin[];
}

const titled = (level: Scope['level'], name: string, plugins: readonly Plugin[] = []): Scope => ({
  level,
  title: `${level} "${name}"`,
  plugins,
});

/** Every place with plugins. */
export const scopesOf = ({ services, consumers, plugins }: Configuration): Scope[] => [
  { level: 'global', title: 'the global plugins', plugins },
  ...services.flatMap((service) => [
    titled('service', service.name, service.plugins),
    ...service.routes.map((route) => titled('route', route.name, route.plugins)),
  ]),
  ...consumers.map((consumer) => titled('consumer', consumer.username, consumer.plugins)),
];

/** A plugin as it runs, and where it is written. */
export interface EffectivePlugin {
  readonly plugin: Plugin;
  readonly from: 'global' | 'service' | 'route';
}

/** What runs for a request to the route, in this order: of several plugins with one name only the most specific does. */
export function effectivePlugins(configuration: Configuration, service: Service, route: Route): EffectivePlugin[] {
  const byName = new Map<PluginName, EffectivePlugin>();
  const levels = [
    ['global', configuration.plugins],
    ['service', service.plugins ?? []],
    ['route', route.plugins ?? []],
  ] as const;
  for (const [from, plugins] of levels) for (const plugin of plugins) byName.set(plugin.name, { plugin, from });
  return [...byName.values()].sort((one, other) => PRIORITY[other.plugin.name] - PRIORITY[one.plugin.name]);
}

/** The configuration of the plugin of that name which runs for the route, if one does. */
export function effectivePlugin<Name extends PluginName>(
  configuration: Configuration,
  service: Service,
  route: Route,
  name: Name,
): Extract<Plugin, { name: Name }> | undefined {
  const found = effectivePlugins(configuration, service, route).find(({ plugin }) => plugin.name === name);
  return found?.plugin as Extract<Plugin, { name: Name }> | undefined;
}

/** Every route with its service. */
export const routesOf = ({ services }: Configuration): { service: Service; route: Route }[] =>
  services.flatMap((service) => service.routes.map((route) => ({ service, route })));

/** Seconds after the first try in which another one may begin. */
export const NEXT_TRY_SECONDS = 5;

/** Seconds that one try may take: it may wait for each of the three. */
export const secondsOfTry = ({ connect_timeout, write_timeout, read_timeout }: Service): number =>
  (connect_timeout + write_timeout + read_timeout) / 1000;

/** Seconds until a request that the service never answers has failed. */
export const worstCaseSeconds = (service: Service): number => {
  const one = secondsOfTry(service);
  return Math.min((service.retries + 1) * one, service.retries === 0 ? one : NEXT_TRY_SECONDS + one);
};
