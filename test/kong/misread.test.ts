import { Size } from 'cdk8s';
import type { Path } from '../../charts/gateway/kong/entities';
import type { VaultReference } from '../../charts/gateway/kong/plugins';
import {
  globalPlugin,
  routePlugin,
  withAnotherRoute,
  withConfiguration,
  withConsumer,
  withGlobalPlugin,
  withRoute,
  withRoutePlugin,
  withRuntime,
  withService,
} from './stand-in';
import {
  both,
  consumers,
  cors,
  expectErrors,
  frontend,
  keyAuth,
  limit,
  log,
  mobile,
  paths,
  plugins,
  probe,
  restriction,
  services,
  traces,
  transformer,
  upstream,
  type Wrong,
  withKey,
} from './wrong';

// What Kong 3.5.0 accepts without a word, and then does something else.
const MISREAD: Wrong[] = [
  ['no services', withConfiguration({ services: [] }), 'a gateway with an empty configuration is never ready'],
  ['a service without a route', withService({ routes: [] }), 'service "api" has no route'],
  [
    'a host that does not exist',
    withService({ host: 'nowhere.shop.svc' }),
    'which is neither a Service of the model nor an upstream',
  ],
  ['a host with a port', withService({ host: 'backend.shop.svc:8080' }), 'the port has a field of its own'],
  ['a path of a service with a query', withService({ path: '/v1?debug=1' }), 'Kong drops a query without a word'],
  ['a path that is no segment', paths('/api'), 'it would match "/apix", too'],
  ['a pattern without an end', paths('~/api'), 'a pattern without "$" at its end'],
  ['a pattern without "~"', paths(String.raw`/api/\d+/`), 'without "~" Kong takes a pattern for the text itself'],
  [
    'a host of a route with a port',
    withRoute({ hosts: ['www.example.com:443'] }),
    'with a port it matches only requests',
  ],
  [
    'two routes with one path',
    withAnotherRoute({ paths: ['/api/'] }),
    'route "other" never gets GET /api/witness: route "api" takes it',
  ],
  [
    'a route in the shadow of one with a method',
    withAnotherRoute({ paths: ['/api/'], methods: ['GET', 'OPTIONS'] }),
    'route "api" never gets GET /api/witness: route "other" takes it',
  ],
  ['the whole of a service', paths('//'), 'without "//"'],
  [
    '/actuator by name',
    withAnotherRoute({ paths: ['/actuator/'] }),
    'route "other" makes /actuator/health public',
    'route "other" makes /actuator/env public',
  ],
  ['/actuator exactly', withAnotherRoute({ paths: ['~/actuator$'] }), 'route "other" makes /actuator public'],
  [
    'everything below "/"',
    paths('/' as Path),
    'makes /actuator public',
    'makes /actuator/health public',
    'makes /actuator/env public',
  ],
  ['methods without OPTIONS', withRoute({ methods: ['GET', 'POST'] }), 'without OPTIONS no preflight matches'],
  [
    'a redirect to a port that is not 443',
    withRuntime({ tlsPort: 8443 }),
    'Location is the host without a port',
    'Location is the host without a port',
  ],
  [
    'a transformer at a route, which takes the security headers away',
    withRoute({
      plugins: [
        ...services[0]!.routes[0]!.plugins!,
        { name: 'response-transformer', config: { remove: { headers: ['Server'] } } },
      ],
    }),
    'route "api" has the plugin response-transformer, which replaces the one of the global plugins',
  ],
  [
    'cors at a service, which takes the place of the global one',
    withService({ plugins: [globalPlugin('cors')] }),
    'service "api" has the plugin cors, which replaces the one of the global plugins',
  ],
  [
    'a limit at a service and at its route',
    withService({ plugins: [routePlugin('rate-limiting')] }),
    'route "api" has the plugin rate-limiting, which replaces the one of service "api"',
  ],
  [
    'a body limit of a consumer besides the global one',
    withConsumer({
      plugins: [{ name: 'request-size-limiting', config: { allowed_payload_size: 1, size_unit: 'megabytes' } }],
    }),
    'consumer "bss-frontend" has the plugin request-size-limiting, which replaces the one of the global plugins',
  ],
  [
    'prometheus at a route besides the global one',
    withRoutePlugin(globalPlugin('prometheus')),
    'which replaces the one of the global plugins',
    'a second one switches metrics of the first off',
  ],
  [
    'a limit by consumer where nobody says who he is',
    withRoute({ plugins: [routePlugin('rate-limiting')] }),
    'route "api" counts by consumer, but nobody says who he is',
  ],
  [
    'a key in a header that browsers may not send',
    cors({ headers: ['Accept'] }),
    'takes its key from the header "apikey", which cors does not allow',
  ],
  [
    'keys asked for, and no consumer',
    withConfiguration({ consumers: [] }),
    'there is no consumer: everybody would get 401',
  ],
  [
    'keys asked for everywhere',
    withConfiguration({ plugins: [...plugins, routePlugin('key-auth')] }),
    'which replaces',
    'key-auth is global',
  ],
  ['no name of a key', keyAuth({ key_names: [] }), 'key_names is empty: everybody would get 401'],
  ['an anonymous consumer who does not exist', keyAuth({ anonymous: 'guest' }), 'requests without a key would get 500'],
  ['any origin, with credentials', cors({ origins: ['*'], credentials: true }), 'origins has "*" with credentials'],
  ['any origin and one more', cors({ origins: ['*', 'https://www.example.com'] }), 'origins has "*" and others'],
  ['no origin, which is any', cors({ origins: [] }), 'origins is empty, which means everybody'],
  ['an origin with a path', cors({ origins: ['https://www.example.com/shop'] }), 'write "https://www.example.com"'],
  ['an origin with a slash', cors({ origins: ['https://www.example.com/'] }), 'write "https://www.example.com"'],
  ['an origin without a scheme', cors({ origins: ['www.example.com'] }), 'has no scheme'],
  ['an origin that is a pattern', cors({ origins: ['https://.*\\.example.com'] }), 'would be a pattern'],
  [
    "an origin with its scheme's own port",
    cors({ origins: ['https://www.example.com:443'] }),
    'write "https://www.example.com"',
  ],
  ['no header allowed, which is any', cors({ headers: [] }), 'headers is empty', 'which cors does not allow'],
  ['an age of a preflight below 0', cors({ max_age: -1 }), 'max_age is -1'],
  [
    'a range with bits beyond its mask',
    restriction({ allow: ['203.0.113.7/24'] }),
    'Kong would take it as 203.0.113.0/24',
  ],
  ['everybody let in', restriction({ allow: ['0.0.0.0/0'] }), 'which is everybody'],
  ['addresses of pods let in', restriction({ allow: ['10.244.0.0/16'] }), 'which overlaps 10.0.0.0/8'],
  [
    'a list of addresses behind a node',
    withRuntime({ trafficPolicy: 'Cluster' }),
    'the gateway sees the address of a node',
  ],
  [
    'a proxy that is everybody',
    withRuntime({ trustedProxies: ['0.0.0.0/0'] }),
    'anybody could say who he is by X-Forwarded-For',
  ],
  [
    'a proxy that is no address',
    withRuntime({ trustedProxies: ['proxy.example.com'] }),
    'that is no address and no range',
  ],
  ['several pods that count each for itself', limit({ policy: 'local' }), 'the limit would be 6 times as high'],
  ['a long wait for Redis', limit({ redis_timeout: 2000 }), 'every request waits that long'],
  [
    'a user of Redis without a password',
    limit({ redis_username: 'application' }),
    'redis_username and redis_password come together',
  ],
  [
    'a larger body than nginx takes',
    withGlobalPlugin({ name: 'request-size-limiting', config: { allowed_payload_size: 11, size_unit: 'megabytes' } }),
    'nginx takes bodies of 10 MiB at most',
  ],
  [
    'a larger body than nginx takes, in bytes',
    withGlobalPlugin({
      name: 'request-size-limiting',
      config: { allowed_payload_size: 10_485_761, size_unit: 'bytes' },
    }),
    'nginx takes bodies of 10 MiB at most',
  ],
  ['a header with a space after the colon', both('X-Frame-Options: DENY'), 'Write "X-Frame-Options:DENY"'],
  [
    'a header that is only added',
    transformer({ add: { headers: ['X-Frame-Options:DENY'] } }),
    '"x-frame-options" is only added',
  ],
  [
    'a header that is only replaced',
    transformer({ replace: { headers: ['X-Frame-Options:DENY'] } }),
    '"x-frame-options" is only replaced',
  ],
  ['a transformer that changes nothing', transformer({}), 'it changes nothing'],
  [
    'metrics, all of them off',
    withGlobalPlugin({
      name: 'prometheus',
      config: {
        per_consumer: true,
        status_code_metrics: false,
        latency_metrics: false,
        bandwidth_metrics: false,
        upstream_health_metrics: false,
      },
    }),
    'dashboards stay empty',
  ],
  [
    'logs straight to Loki',
    log({ http_endpoint: 'http://loki:3100/loki/api/v1/push' }),
    'up to 3.3 Loki answers 204 and keeps nothing',
  ],
  [
    'logs to an address with a query',
    log({ http_endpoint: 'http://vector:8080/?token=x' }),
    'is dropped without a word',
  ],
  ['traces to what is no URL', traces({ endpoint: 'jaeger:4318' }), '"jaeger:4318" is no URL'],
  [
    'a request for each span',
    traces({ queue: { max_batch_size: 1, max_coalescing_delay: 1 } }),
    'a request for every few spans',
  ],
  ['a batch of nothing', log({ queue: { max_batch_size: 0, max_coalescing_delay: 1 } }), 'queue.max_batch_size is 0'],
  [
    'a key that is a vault reference',
    withKey('{vault://env/frontend-key}'),
    'Kong 3.5 would take that very text as the key',
  ],
  ['a key in the clear', withKey('frontend_api_key_123'), 'it would be in a ConfigMap'],
  ['a key of one character', withKey('x'), 'it would be in a ConfigMap'],
  ['a placeholder that nobody fills', withKey('@@FRONTEND@@'), 'is no placeholder @@KEYS_…@@'],
  ['a consumer without a key', withConsumer({ keyauth_credentials: [] }), 'nobody could call in its name'],
  [
    'a consumer whose name is no name for a key',
    withConsumer({ username: 'BSS Frontend' }),
    'consumer "BSS Frontend" has no legal name',
  ],
  [
    'two consumers whose keys have one name',
    withConfiguration({
      consumers: [
        frontend!,
        { ...mobile!, username: 'bss-front-end' },
        { ...consumers[2]!, username: 'bss-front--end' },
      ],
    }),
    'consumer "bss-front--end" has no legal name',
  ],
  ['keys that can be guessed', withRuntime({ leastKeyLength: 8 }), 'leastKeyLength is 8'],
  [
    'a vault reference as a host',
    withService({ host: '{vault://env/host}' }),
    'the port has a field of its own',
    'Kong 3.5 does not resolve references there',
  ],
  [
    'a vault reference as the host of Redis',
    limit({ redis_host: '{vault://env/redis-host}' }),
    'redis_host is {vault://env/redis-host}: Kong 3.5 does not resolve',
  ],
  [
    'a vault reference as a name of a header',
    keyAuth({ key_names: ['{vault://env/name}'] }),
    'is no legal name of a header',
    'key-auth of route "api": key_names.0',
    'which cors does not allow',
  ],
  ['something like a vault reference in a path', paths('/{vault:/env/path}/'), 'Write plain paths'],
  [
    'a variable that the pod does not have',
    limit({ redis_username: 'a', redis_password: '{vault://env/unset}' }),
    'the pod has no variable UNSET',
  ],
  [
    'a vault that the open-source Kong has not',
    limit({ redis_username: 'a', redis_password: '{vault://aws/redis}' as VaultReference }),
    'has the vault env alone',
  ],
  ['a placeholder that is no key', limit({ redis_host: '@@REDIS@@' }), 'a placeholder that no value is put in for'],
  [
    'a health check without one of its intervals',
    upstream({ healthchecks: { active: { ...probe, unhealthy: { interval: 0, tcp_failures: 2, http_failures: 2 } } } }),
    'with 0 Kong does not check at all',
  ],
  [
    'a target without a port',
    upstream({ targets: [{ target: 'one' as 'one:1' }] }),
    'Kong takes port 8000 where there is none',
  ],
  ['an upstream without a target', upstream({ targets: [] }), 'every request would end with 503'],
  [
    'a gone pod that holds a request for 6 s',
    withService({ connect_timeout: 6000, retries: 0 }),
    'connect_timeout is 6000 ms',
  ],
  [
    'four tries of a minute',
    withService({ read_timeout: 60_000 }),
    'may keep a request for 264 s: 4 tries × (1000 + 5000 + 60000) ms',
  ],
  [
    'less memory than workers need',
    withRuntime({ memoryLimit: Size.mebibytes(1024) }),
    '4 workers need 1364 MiB: under load the kernel would kill workers',
  ],
  ['half a worker', withRuntime({ workers: 0.5 }), 'workers is 0.5'],
];

it.each(MISREAD)('Kong misreads %s, and synth refuses it', (_, gateway, ...messages) =>
  expectErrors(gateway, messages),
);

it('are 60 rows or more, none of them twice', () => {
  const names = new Set(MISREAD.map(([name]) => name));
  expect(names.size).toBe(MISREAD.length);
  expect(names.size).toBeGreaterThanOrEqual(60);
});
