import { effectivePlugin, effectivePlugins, routesOf, scopesOf } from '../policy';
import type { Gateway } from './checks';
import { repeated } from './names';

/** Plugins that hide each other, and plugins that need each other. */
export function scopeErrors({ configuration }: Gateway): string[] {
  const scopes = scopesOf(configuration);
  const twice = scopes.flatMap(({ title, plugins }) =>
    repeated(plugins.map(({ name }) => name)).map(
      (name) => `${title} has the plugin ${name} twice, and Kong refuses it.`,
    ),
  );
  return [...twice, ...shadowErrors({ configuration }), ...combinationErrors({ configuration })];
}

/** The most specific one runs, alone: what the wider one says is lost for those requests, without a word. */
function shadowErrors({ configuration }: Pick<Gateway, 'configuration'>): string[] {
  const { services, plugins, consumers } = configuration;
  const hidden = (wider: readonly { name: string }[], narrower: readonly { name: string }[] = []) =>
    narrower.map(({ name }) => name).filter((name) => wider.some((plugin) => plugin.name === name));
  const message = (narrow: string, name: string, wide: string) =>
    `${narrow} has the plugin ${name}, which replaces the one of ${wide} and does not complete it. Put all of it in one place.`;
  return [
    ...services.flatMap((service) => [
      ...hidden(plugins, service.plugins).map((name) =>
        message(`service "${service.name}"`, name, 'the global plugins'),
      ),
      ...service.routes.flatMap((route) => [
        ...hidden(plugins, route.plugins).map((name) => message(`route "${route.name}"`, name, 'the global plugins')),
        ...hidden(service.plugins ?? [], route.plugins).map((name) =>
          message(`route "${route.name}"`, name, `service "${service.name}"`),
        ),
      ]),
    ]),
    ...consumers.flatMap(({ username, plugins: own }) =>
      hidden(plugins, own).map((name) => message(`consumer "${username}"`, name, 'the global plugins')),
    ),
  ];
}

function combinationErrors({ configuration }: Pick<Gateway, 'configuration'>): string[] {
  const { plugins, services, consumers } = configuration;
  const narrow = scopesOf(configuration).filter(({ level }) => level !== 'global');
  const alone = narrow.flatMap(({ title, plugins: own }) =>
    own.some(({ name }) => name === 'prometheus')
      ? [`${title} has the plugin prometheus: a second one switches metrics of the first off. Make it global.`]
      : [],
  );
  const ofRoutes = routesOf({ ...configuration, services }).flatMap(({ service, route }) => {
    const names = effectivePlugins(configuration, service, route).map(({ plugin }) => plugin.name);
    const keyAuth = effectivePlugin(configuration, service, route, 'key-auth');
    const limit = effectivePlugin(configuration, service, route, 'rate-limiting');
    const cors = effectivePlugin(configuration, service, route, 'cors');
    const missing =
      keyAuth && cors ? keyAuth.config.key_names.filter((name) => !hasHeader(cors.config.headers, name)) : [];
    return [
      ...(limit?.config.limit_by === 'consumer' && !names.includes('key-auth')
        ? [
            `route "${route.name}" counts by consumer, but nobody says who he is: all behind one address would share a limit. ` +
              "Add key-auth, or limit_by: 'service'.",
          ]
        : []),
      ...(limit?.config.limit_by === 'service' && !names.includes('key-auth') && !names.includes('ip-restriction')
        ? [
            `route "${route.name}" counts all together and asks nobody who he is: any stranger could lock everybody out. Add ` +
              'ip-restriction or key-auth, or remove rate-limiting.',
          ]
        : []),
      ...missing.map(
        (name) =>
          `route "${route.name}" takes its key from the header "${name}", which cors does not allow: no browser could send ` +
          'it. Add it to the headers of cors.',
      ),
    ];
  });
  const protectedRoutes = scopesOf(configuration).some(({ plugins: own }) =>
    own.some(({ name }) => name === 'key-auth'),
  );
  return [
    ...alone,
    ...ofRoutes,
    ...(protectedRoutes && consumers.length === 0
      ? ['key-auth is asked for, but there is no consumer: everybody would get 401. Add one.']
      : []),
    ...(plugins.some(({ name }) => name === 'key-auth')
      ? [
          'key-auth is global: pages that people open in a browser, which sends no key, would get 401. Put it on routes.',
        ]
      : []),
  ];
}

const hasHeader = (headers: readonly string[], name: string) =>
  headers.some((header) => header.toLowerCase() === name.toLowerCase());
