import { Size } from 'cdk8s';
import type { Gateway } from '../../charts/gateway/kong/checks/checks';
import { BODY_LIMIT, configuration } from '../../charts/gateway/kong/configuration';
import type { Consumer, Route, Service } from '../../charts/gateway/kong/entities';
import type { Plugin } from '../../charts/gateway/kong/plugins';
import type { Runtime } from '../../charts/gateway/kong/runtime';
import { api, operatorsPage } from '../../charts/gateway/kong/site';
import { Example, Pods } from '../example';

const example = new Example();
const backend = { web: new Pods(example, 'backend', { web: 8080 }).endpoint('web'), path: '/api' } as const;
const page = { web: new Pods(example, 'page', { web: 3000 }).endpoint('web'), path: '/page' } as const;

/** An API and a page behind a gateway in production's shape: right, to be made wrong. */
export const right: Gateway = {
  configuration: configuration({
    sites: [api(backend), operatorsPage(page)],
    hosts: ['www.example.com'],
    protocols: { protocols: ['https'], https_redirect_status_code: 308 },
    counters: { policy: 'redis', redis_host: 'redis.shop.svc', redis_port: 6379, redis_timeout: 200 },
    operators: ['203.0.113.0/24'],
    origins: ['https://www.example.com'],
  }),
  runtime: {
    replicas: 6,
    workers: 4,
    memoryLimit: Size.gibibytes(2),
    bodyLimit: BODY_LIMIT,
    trafficPolicy: 'Local',
    serviceNames: [],
    clients: ['0.0.0.0/0'],
    clusterNetworks: ['10.0.0.0/8'],
    trustedProxies: [],
    tlsPort: 443,
    leastKeyLength: 32,
    variables: ['BSS_REDIS_PASSWORD'],
    hosts: [backend.web.host, page.web.host],
  },
};

const { services, consumers, plugins } = right.configuration;
const [first, second] = services as [Service, Service];
const [route] = first.routes as [Route];

const changed = (change: Partial<Gateway['configuration']>): Gateway => ({
  ...right,
  configuration: { ...right.configuration, ...change },
});

/** The right gateway but for its service of the API. */
export const withService = (change: Partial<Service>) => changed({ services: [{ ...first, ...change }, second] });

/** But for the route of the API. */
export const withRoute = (change: Partial<Route>) => withService({ routes: [{ ...route, ...change } as Route] });

/** With a second route for the service of the API. */
export const withAnotherRoute = (change: Partial<Route>) =>
  withService({ routes: [route, { ...route, name: 'other', ...change } as Route] });

/** But for one plugin of the API's service: in place of the one of that name, or besides. */
export const withServicePlugin = (plugin: Plugin) => withService({ plugins: replaced(first.plugins!, plugin) });

/** But for one global plugin. */
export const withGlobalPlugin = (plugin: Plugin) => changed({ plugins: replaced(plugins, plugin) });

/** But for the first consumer. */
export const withConsumer = (change: Partial<Consumer>) =>
  changed({ consumers: [{ ...consumers[0]!, ...change }, ...consumers.slice(1)] });

export const withRuntime = (change: Partial<Runtime>): Gateway => ({
  ...right,
  runtime: { ...right.runtime, ...change },
});

export const withConfiguration = changed;

export const globalPlugin = <Name extends Plugin['name']>(name: Name) =>
  plugins.find((plugin): plugin is Extract<Plugin, { name: Name }> => plugin.name === name)!;

export const servicePlugin = <Name extends Plugin['name']>(name: Name) =>
  first.plugins!.find((plugin): plugin is Extract<Plugin, { name: Name }> => plugin.name === name)!;

const replaced = (list: readonly Plugin[], plugin: Plugin) => [
  ...list.filter(({ name }) => name !== plugin.name),
  plugin,
];
