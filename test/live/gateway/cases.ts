import type { Route, Service } from '../../../charts/gateway/kong/configuration';
import { CORRELATION_HEADER, KEY_HEADER } from '../../../charts/gateway/kong/plugins';
import type { Model, Request } from '../../../cluster/gateway/requests';
import { effectivePlugin, routesOf } from '../../../docs/effective';
import { exactly } from './dressed';

/** What a request must be answered with, as the model says. */
export interface Case {
  readonly sentence: string;
  readonly request: Request;
  readonly status: number;
  /** Headers that must match, by names in lower case. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** What the service must have seen. @default - whatever */
  readonly seen?: Readonly<Record<string, unknown>>;
  /** Headers that the service must not have seen. @default - none */
  readonly unseen?: readonly string[];
  /** Whether the answer carries what all answers carry. @default true */
  readonly dressed?: boolean;
}

const MEBIBYTE = 1024 * 1024;
const FOREIGN_ORIGIN = 'https://evil.example';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Every route with every kind of request, and what is no route. */
export const conformanceCases = (model: Model): Case[] => [
  ...routesOf(model.configuration).flatMap(({ service, route }) => routeCases(model, service, route)),
  ...strangerCases(model),
];

function routeCases(model: Model, service: Service, route: Route): Case[] {
  const { configuration, runtime, keys } = model;
  const keyAuth = effectivePlugin(configuration, service, 'key-auth');
  const guarded = effectivePlugin(configuration, service, 'ip-restriction') !== undefined;
  const origin = effectivePlugin(configuration, service, 'cors')!.config.origins[0]!;
  const redirect = 'https_redirect_status_code' in route ? route.https_redirect_status_code : undefined;
  const prefix = pathOf(route.paths[0]);
  const [consumer, key] = Object.entries(keys)[0]!;

  const get: Request = { method: 'GET', path: `${prefix}/witness`, tls: redirect !== undefined };
  const withKey = { [KEY_HEADER]: key };
  // In the order in which plugins run: who has no key never gets to the list of addresses, and so on.
  const stranger = keyAuth ? 401 : guarded ? 403 : 200;
  const known = guarded ? 403 : 200;
  const asking = { 'www-authenticate': /^Key realm="kong"$/ };
  const about = (sentence: string) => `${route.name}: ${sentence}`;
  const limit = effectivePlugin(configuration, service, 'rate-limiting')?.config.minute;
  const counted = limit && { 'ratelimit-limit': exactly(`${limit}`), 'ratelimit-remaining': /^\d+$/ };
  const good = (path: string) => (known === 200 ? { ...(counted && { headers: counted }), seen: { path } } : {});

  return [
    { sentence: about('no key'), request: get, status: stranger, headers: keyAuth ? asking : {} },
    {
      sentence: about('a wrong key'),
      request: { ...get, headers: { [KEY_HEADER]: 'wrong'.repeat(8) } },
      status: stranger,
    },
    {
      sentence: about('a right key in the query'),
      request: { ...get, path: `${get.path}?${KEY_HEADER}=${key}`, headers: withKey },
      status: 401,
      headers: asking,
    },
    ...Object.entries(keys).map(([name, own]) => ({
      sentence: about(`the key of ${name}`),
      request: { ...get, headers: { [KEY_HEADER]: own, 'X-Consumer-Username': 'somebody-else' } },
      status: known,
      ...good(get.path),
      ...(keyAuth && { seen: { path: get.path, 'x-consumer-username': name } }),
      ...(known === 200 && { unseen: [KEY_HEADER, ...(keyAuth ? [] : ['x-consumer-username'])] }),
    })),
    {
      sentence: about('a name of the gateway that nobody gave it'),
      request: { ...get, headers: { ...withKey, Host: 'evil.example' } },
      status: 404,
    },
    {
      sentence: about('plain HTTP by a name that nobody gave it'),
      request: { ...get, tls: false, headers: { ...withKey, Host: 'evil.example' } },
      status: 404,
    },
    {
      sentence: about('an address that somebody made up'),
      request: { ...get, headers: { ...withKey, 'X-Forwarded-For': '203.0.113.7', 'X-Real-IP': '203.0.113.7' } },
      status: known,
    },
    {
      sentence: about('the path of the prefix itself'),
      request: { ...get, path: prefix, headers: withKey },
      status: known,
      ...good(prefix),
    },
    {
      sentence: about('a path that only begins like it'),
      request: { ...get, path: `${prefix}foo`, headers: withKey },
      status: 404,
    },
    {
      sentence: about('a body of a MiB'),
      request: { ...get, method: 'POST', headers: withKey, body: MEBIBYTE },
      status: known,
      ...(known === 200 && { seen: { length: MEBIBYTE } }),
    },
    {
      sentence: about('a body above the limit'),
      request: { ...get, method: 'POST', headers: withKey, body: (runtime.bodyLimit + 1) * MEBIBYTE },
      status: 413,
    },
    {
      sentence: about('a body above the limit in chunks'),
      request: { ...get, method: 'POST', headers: withKey, body: (runtime.bodyLimit + 1) * MEBIBYTE, chunked: true },
      status: guarded ? 403 : 413,
      // nginx' own answer: the plugins of the route have not seen it.
      dressed: guarded,
    },
    ...[origin, FOREIGN_ORIGIN].map((from) => ({
      sentence: about(`the preflight of a browser at ${from}`),
      request: preflight(get, from),
      status: 200,
      // The one origin there is, whoever asks: the browser compares.
      headers: { 'access-control-allow-origin': exactly(origin), 'access-control-max-age': /^\d+$/ },
    })),
    {
      sentence: about('a call from a browser'),
      request: { ...get, headers: { ...withKey, Origin: origin } },
      status: known,
      headers: { 'access-control-allow-origin': exactly(origin) },
    },
    {
      sentence: about('an id to find the request by'),
      request: { ...get, headers: { ...withKey, [CORRELATION_HEADER]: 'order-4711' } },
      status: known,
      headers: { [CORRELATION_HEADER.toLowerCase()]: /^order-4711$/ },
    },
    {
      sentence: about('no id, so that the gateway makes one'),
      request: { ...get, headers: withKey },
      status: known,
      headers: { [CORRELATION_HEADER.toLowerCase()]: UUID },
    },
    redirect === undefined
      ? { sentence: about('TLS'), request: { ...get, tls: true, headers: withKey }, status: known }
      : {
          sentence: about('plain HTTP'),
          request: { ...get, tls: false, headers: { ...withKey, Host: route.hosts[0]! } },
          status: redirect,
          headers: { location: exactly(`https://${route.hosts[0]}${get.path}`) },
        },
    ...(keyAuth ? [deniedTransport(get, about, consumer, redirect)] : []),
  ];
}

/** Without a believed proxy nobody can say that he came by TLS. */
const deniedTransport = (get: Request, about: (text: string) => string, consumer: string, redirect?: number): Case => ({
  sentence: about(`plain HTTP that calls itself TLS, without the key of ${consumer}`),
  request: { ...get, tls: false, headers: { 'X-Forwarded-Proto': 'https' } },
  status: redirect ?? 401,
});

/** What nobody made public. */
function strangerCases({ configuration }: Model): Case[] {
  const tls = routesOf(configuration).some(({ route }) => 'https_redirect_status_code' in route);
  const [prefix] = routesOf(configuration).map(({ route }) => pathOf(route.paths[0]));
  const paths = [
    ...['/', '/nobody', '/actuator', '/actuator/health', '/actuator/env', '//actuator/health'],
    ...[`${prefix}/../actuator/health`, `${prefix}/%2e%2e/actuator/health`],
    ...['/status', '/metrics', '/routes', '/config'],
  ];
  return paths.map((path) => ({
    sentence: `nothing is at ${path}`,
    request: { method: 'GET', path, tls },
    status: 404,
  }));
}

const preflight = (get: Request, origin: string): Request => ({
  ...get,
  method: 'OPTIONS',
  headers: {
    Origin: origin,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': KEY_HEADER,
  },
});

export const pathOf = (path: string) => path.replace(/^~/, '').replace(/[/$]+$/, '');
