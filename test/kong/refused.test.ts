import { gatewayErrors } from '../../charts/gateway/kong/checks/checks';
import {
  globalPlugin,
  right,
  routePlugin,
  withAnotherRoute,
  withConfiguration,
  withConsumer,
  withGlobalPlugin,
  withRoute,
  withService,
} from './stand-in';
import {
  both,
  expectErrors,
  frontend,
  key,
  limit,
  log,
  mobile,
  paths,
  restriction,
  services,
  traces,
  upstream,
  type Wrong,
} from './wrong';

it('The gateway that the table makes wrong is right', () => {
  expect(gatewayErrors(right)).toEqual([]);
  for (const each of [log({}), traces({}), upstream({})]) expect(gatewayErrors(each)).toEqual([]);
});

// What Kong 3.5.0 refuses at its start.
const REFUSED: Wrong[] = [
  ['a service with a space in its name', withService({ name: 'the api' }), 'service "the api" has no legal name'],
  [
    'two services of one name',
    withConfiguration({ services: [services[0]!, { ...services[1]!, name: services[0]!.name }] }),
    'there are two services called "api"',
  ],
  [
    'two routes of one name',
    withAnotherRoute({ name: 'api', paths: ['/other/'] }),
    'there are two routes called "api"',
  ],
  ['a route with a colon in its name', withRoute({ name: 'a:b' }), 'route "a:b" has no legal name'],
  [
    'two consumers of one name',
    withConfiguration({ consumers: [frontend!, { ...mobile!, username: frontend!.username }] }),
    'there are two consumers called "bss-frontend"',
  ],
  ['a tag with a comma', withService({ tags: ['a,b'] }), 'tag "a,b" is not legal'],
  ['a tag with an umlaut', withRoute({ tags: ['größe'] }), 'tag "größe" is not legal'],
  ['port 0', withService({ port: 0 }), 'port is 0: it must be a whole number of 1 or more'],
  ['port 65536', withService({ port: 65_536 }), 'port is 65536: it must be 65535 or less'],
  ['fewer than no retries', withService({ retries: -1 }), 'retries is -1'],
  ['a timeout of 0', withService({ read_timeout: 0 }), 'read_timeout is 0'],
  ['a timeout of half a millisecond', withService({ connect_timeout: 0.5 }), 'connect_timeout is 0.5'],
  ['a path of a service without a slash', withService({ path: 'v1' }), 'path is "v1": it must begin with "/"'],
  ['a path of a service with two dots', withService({ path: '/v1/../admin' }), 'Kong takes normalized paths only'],
  ['a route without a path', paths(), 'route "api" has no path'],
  ['a path without a slash', paths('api/'), 'it must begin with "/"'],
  ['a path with two slashes', paths('/api//v1/'), 'without "//"'],
  ['a path with two dots', paths('/api/../admin/'), 'without "." and ".."'],
  ['a pattern that is none', paths('~/api(/v1$'), 'no witness can be made for a pattern'],
  ['a path twice in a route', paths('/api/', '/api/'), 'has the path "/api/" twice'],
  ['a host with two wildcards', withRoute({ hosts: ['*.example.*'] }), 'Kong takes one wildcard'],
  ['a host with a wildcard inside', withRoute({ hosts: ['www.*.com'] }), 'a wildcard is the first or the last part'],
  ['a host with a slash', withRoute({ hosts: ['www.example.com/api'] }), 'that is no host name'],
  [
    'a plugin twice at one route',
    withRoute({ plugins: [routePlugin('key-auth'), routePlugin('key-auth')] }),
    'route "api" has the plugin key-auth twice',
  ],
  ['no limit at all', limit({ minute: undefined }), 'it has no limit'],
  ['a limit of 0', limit({ minute: 0 }), 'minute is 0'],
  ['a limit of one and a half', limit({ minute: 1.5 }), 'minute is 1.5'],
  ['fewer requests an hour than a minute', limit({ hour: 100 }), 'hour is 100, less than minute with 1100'],
  ['Redis without a host', limit({ redis_host: '' }), 'redis_host is empty'],
  ['a range of addresses that is none', restriction({ allow: ['203.0.113.0/33'] }), 'a range has 0 to 32 bits'],
  ['an address that is none', restriction({ allow: ['office'] }), '"office": that is no address and no range'],
  ['no address to let in', restriction({ allow: [] }), 'it has no address'],
  ['a header without a value', both('X-Frame-Options'), '"X-Frame-Options" is no header'],
  [
    'a header name with a space',
    withGlobalPlugin({
      name: 'correlation-id',
      config: { ...globalPlugin('correlation-id').config, header_name: 'X ID' },
    }),
    '"X ID" is no legal name of a header',
  ],
  ['an upstream with a port in its name', upstream({ name: 'many:8080' }), 'upstream "many:8080" has no legal name'],
  ['a target twice', upstream({ targets: [{ target: 'one:1' }, { target: 'one:1' }] }), 'has the target one:1 twice'],
  ['a weight of 65536', upstream({ targets: [{ target: 'one:1', weight: 65_536 }] }), 'weight of one:1 is 65536'],
  [
    'a body of no size',
    withGlobalPlugin({ name: 'request-size-limiting', config: { allowed_payload_size: 0, size_unit: 'bytes' } }),
    'allowed_payload_size is 0',
  ],
  [
    'an id that is no UUID',
    withConsumer({ keyauth_credentials: [{ ...key!, id: 'frontend-1' }] }),
    'the id "frontend-1" of a key is no UUID',
  ],
  [
    'one key for two consumers',
    withConfiguration({
      consumers: [
        frontend!,
        { ...mobile!, keyauth_credentials: [{ ...key!, id: mobile!.keyauth_credentials[0]!.id }] },
      ],
    }),
    'two keys come from @@KEYS_BSS_FRONTEND@@',
  ],
  [
    'one id for two keys',
    withConfiguration({
      consumers: [
        frontend!,
        { ...mobile!, keyauth_credentials: [{ ...mobile!.keyauth_credentials[0]!, id: key!.id }] },
      ],
    }),
    'two keys have the id',
  ],
];

it.each(REFUSED)('Kong refuses %s, and so does synth', (_, gateway, ...messages) => expectErrors(gateway, messages));

it('are 40 rows or more, none of them twice', () => {
  const names = new Set(REFUSED.map(([name]) => name));
  expect(names.size).toBe(REFUSED.length);
  expect(names.size).toBeGreaterThanOrEqual(40);
});
