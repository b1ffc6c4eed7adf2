import type { Route, Service } from '../charts/gateway/kong/configuration';
import type { Kong } from '../charts/gateway/kong/kong';
import { NEXT_TRY_SECONDS, secondsOfTry, worstCaseSeconds } from '../charts/gateway/kong/policies';
import { effectivePlugin, effectivePlugins, routesOf } from './effective';
import { code, table } from './markdown';

const list = (texts: readonly string[]) => texts.map(code).join(', ');

/** What holds for each route, and for which of its requests. */
export function effectivePolicy(kong: Kong): string {
  const rows = routesOf(kong.configuration).map(({ service, route }) => [
    code(route.name),
    list(route.paths),
    code(`${service.host}:${service.port}`),
    protocols(route),
    audience(kong, service),
    limits(kong, service, route),
    waiting(service),
  ]);
  return table(['Route', 'Paths', 'Leads to', 'Protocols', 'Who gets in', 'Limit', 'Longest wait'], rows);
}

/** Which plugins run for a request to each route, in this order. */
export function pluginChains({ configuration }: Kong): string {
  const rows = routesOf(configuration).map(({ service, route }) => [
    code(route.name),
    effectivePlugins(configuration, service)
      .map(({ plugin, from }) => (from === 'global' ? plugin.name : `**${plugin.name}**`))
      .join(' → '),
  ]);
  return table(['Route', 'Plugins, in the order in which they run'], rows);
}

const protocols = (route: Route) =>
  'https_redirect_status_code' in route
    ? `HTTPS; HTTP is sent there with ${route.https_redirect_status_code}`
    : 'HTTP and HTTPS';

function audience({ configuration }: Kong, service: Service): string {
  const keyAuth = effectivePlugin(configuration, service, 'key-auth');
  const addresses = effectivePlugin(configuration, service, 'ip-restriction')?.config;
  const consumers = list(configuration.consumers.map(({ username }) => username));
  return [
    ...(keyAuth ? [`${consumers}, by a key in ${list(keyAuth.config.key_names)}`] : []),
    ...(addresses ? [`who comes from ${list(addresses.allow)}`] : []),
    ...(keyAuth || addresses ? [] : ['who reaches the port']),
  ].join('; ');
}

const WHOSE = { consumer: 'for each consumer', service: 'for all together' };

function limits({ configuration, pods }: Kong, service: Service, route: Route): string {
  const config = effectivePlugin(configuration, service, 'rate-limiting')?.config;
  if (!config) return 'none';
  const counted = config.policy === 'redis' ? `over all ${pods} pods` : `in ${pods} pod`;
  const together = service.routes.filter(({ name }) => name !== route.name).map(({ name }) => name);
  const shared = together.length > 0 ? ` together with ${list(together)}` : '';
  return `${config.minute} a minute ${WHOSE[config.limit_by]}${shared}, counted ${counted}`;
}

function waiting(service: Service): string {
  const tries = service.retries + 1;
  const each = `${secondsOfTry(service)} s`;
  return tries === 1
    ? each
    : `${worstCaseSeconds(service)} s: ${tries} tries of ${each}, begun within ${NEXT_TRY_SECONDS} s`;
}
