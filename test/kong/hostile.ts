import type { Route, Service } from '../../charts/gateway/kong/configuration';
import { CORRELATION_HEADER, KEY_HEADER } from '../../charts/gateway/kong/plugins';
import type { Model } from '../../cluster/gateway/requests';
import { effectivePlugin, routesOf } from '../../docs/effective';
import { pathOf } from '../live/gateway/cases';
import { exactly } from '../live/gateway/dressed';
import { AMBIGUOUS, BESIDE, HOP_BY_HOP, IDS, MADE_UP, METHODS, OURS_TO_SAY, TAKES_AWAY, UUID } from './hostile-values';

/** Bytes as no library would send them, and what must come of them. */
export interface HostileCase {
  readonly sentence: string;
  /** All that is sent on one connection, as Latin-1. */
  readonly bytes: string;
  readonly tls: boolean;
  /** Of the one answer that may come. */
  readonly status: number;
  /** What the service must see: whom the gateway says is asking. @default - whatever, or nothing if it is not reached */
  readonly consumer?: string | null;
  /** Of the answer, by names in lower case; null for none. */
  readonly headers?: Readonly<Record<string, RegExp | null>>;
  /** How the access log must name it; the agent tells it from others. */
  readonly logged: Logged;
}

export interface Logged {
  readonly method?: string;
  readonly path?: RegExp;
  readonly consumer?: string;
}

/** Every route with every kind of request that no honest client sends. */
export const hostileCases = (model: Model): HostileCase[] =>
  routesOf(model.configuration)
    .flatMap(({ service, route }) => routeCases(model, service, route))
    .map((each, index) => ({ ...each, bytes: each.bytes.replace('@agent@', agentOf(index)) }));

/** What the log finds a case by. */
export const agentOf = (index: number) => `hostile/${index}`;

type Lines = Partial<Omit<HostileCase, 'bytes'>>;

function routeCases(model: Model, service: Service, route: Route): HostileCase[] {
  const keyAuth = effectivePlugin(model.configuration, service, 'key-auth') !== undefined;
  const guarded = effectivePlugin(model.configuration, service, 'ip-restriction') !== undefined;
  const tls = 'https_redirect_status_code' in route;
  const prefix = pathOf(route.paths[0]);
  const [host] = route.hosts;
  const [[name, key]] = Object.entries(model.keys) as [[string, string]];
  const known = guarded ? 403 : 200;
  const consumer = keyAuth ? name : null;
  const get = `GET ${prefix}/witness`;

  const raw = (sentence: string, bytes: string, status: number, rest: Lines = {}): HostileCase => ({
    ...{ sentence: `${route.name}: ${sentence}`, bytes, tls, status, logged: {} },
    ...rest,
  });
  const request = (line: string, headers: string[], body = '') =>
    `${[`${line} HTTP/1.1`, `Host: ${host}`, 'User-Agent: @agent@', ...headers].join('\r\n')}\r\n\r\n${body}`;
  const withKey = (line: string, ...headers: string[]) => request(line, [`${KEY_HEADER}: ${key}`, ...headers]);
  /** Passes, with the consumer whose key it is. */
  const passes = (sentence: string, bytes: string, rest: Lines = {}) =>
    raw(sentence, bytes, known, { ...(known === 200 && { consumer }), ...rest });
  const keyIn = (sentence: string, line: string, ...headers: string[]) =>
    raw(sentence, request(line, headers), 401, { headers: { 'www-authenticate': /^Key realm="kong"$/ } });
  const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 20)}… of ${text.length}` : text);
  const logged = (path: string) => ({ logged: { method: 'GET', path: exactly(`${prefix}${path}`) } });

  /** As far as a log may say it: ASCII, and not too long. */
  const begun = (path: string) => {
    const whole = `${prefix}${path}`;
    const [said] = whole.slice(0, 512).match(/^[!-~]*/)!;
    return said === whole
      ? logged(path)
      : { logged: { method: 'GET', path: new RegExp(`${exactly(said).source.slice(0, -1)}…$`) } };
  };

  return [
    ...TAKES_AWAY.map((options) =>
      raw(`Connection: ${shown(options)}`, withKey(get, `Connection: ${options}`), 400, logged('/witness')),
    ),
    ...HOP_BY_HOP.map((options) => passes(`Connection: ${shown(options)}`, withKey(get, `Connection: ${options}`))),
    raw(
      'a request in the body of one whose length Connection would take away',
      request(
        `POST ${prefix}/witness`,
        [`${KEY_HEADER}: ${key}`, 'Connection: keep-alive, Content-Length', 'Content-Length: 40'],
        `GET ${prefix}/smuggled HTTP/1.1\r\n\r\n`.padEnd(40, 'x').slice(0, 40),
      ),
      400,
    ),
    ...OURS_TO_SAY.map((header) =>
      passes(`${header} made up`, withKey(get, `${header}: ${MADE_UP}`), {
        ...(known === 200 && { logged: { consumer: consumer ?? '' } }),
      }),
    ),
    ...(keyAuth
      ? OURS_TO_SAY.slice(0, 3).map((header) =>
          raw(`${header} made up, without a key`, request(get, [`${header}: ${MADE_UP}`]), 401, {
            logged: { consumer: '' },
          }),
        )
      : [passes(`${KEY_HEADER}, which is nothing to a page`, request(get, [`${KEY_HEADER}: ${MADE_UP}`]))]),
    ...AMBIGUOUS.map((path) => raw(`${path} below the prefix`, withKey(`GET ${prefix}${path}`), 400, logged(path))),
    ...BESIDE.map((path) => raw(`${path}, which is beside it`, withKey(`GET ${prefix}${path}`), 404, logged(path))),
    ...METHODS.map((method) =>
      raw(`method ${method}`, withKey(`${method} ${prefix}/witness`), 405, {
        logged: { method, path: exactly(`${prefix}/witness`) },
      }),
    ),
    raw('method get', withKey(`get ${prefix}/witness`), 400),
    raw('method GET\\xff', withKey(`GET\xff ${prefix}/witness`), 400),
    raw('an absolute address', withKey(`GET http://evil.example${prefix}/witness`), 400),
    raw('HTTP/2.1', withKey(get).replace('HTTP/1.1', 'HTTP/2.1'), 505),
    ...['evil.example', 'evil.example:443', `${host}.evil.example`, `evil${host}`].map((name) =>
      raw(`Host: ${name}`, withKey(get).replace(`Host: ${host}`, `Host: ${name}`), 404, logged('/witness')),
    ),
    raw('Host with bytes of a name', withKey(get).replace(`Host: ${host}`, 'Host: evil/@example'), 400),
    raw('no Host', withKey(get).replace(`Host: ${host}\r\n`, ''), 400),
    raw('HTTP/1.0 without a Host', withKey(get).replace('HTTP/1.1', 'HTTP/1.0').replace(`Host: ${host}\r\n`, ''), 404),
    raw('two Hosts', withKey(get, 'Host: evil.example'), 400),
    passes('Host in capitals, with a port', withKey(get).replace(`Host: ${host}`, `Host: ${host!.toUpperCase()}:8000`)),
    ...IDS.map((id) =>
      passes(`${CORRELATION_HEADER}: ${shown(id)}`, withKey(get, `${CORRELATION_HEADER}: ${id}`), {
        headers: { [CORRELATION_HEADER.toLowerCase()]: UUID },
      }),
    ),
    passes(`${CORRELATION_HEADER} as clients should make it`, withKey(get, `${CORRELATION_HEADER}: order-4711`), {
      headers: { [CORRELATION_HEADER.toLowerCase()]: /^order-4711$/ },
    }),
    ...[
      ['two lengths', ['Content-Length: 4', 'Content-Length: 5'], 400],
      ['a negative length', ['Content-Length: -4'], 400],
      ['a length and chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked'], 400],
      ['chunks twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], 400],
      ['an encoding that is none', ['Transfer-Encoding: xchunked'], 501],
      ['chunked, identity', ['Transfer-Encoding: chunked, identity'], 501],
      ['a space before the colon', ['Transfer-Encoding : chunked'], 400],
      ['a line that goes on', ['X-Long: a', ' Transfer-Encoding: chunked'], 400],
      // Elsewhere the connection ends in the middle of the refusal.
      ...(guarded ? [] : [['a chunk of no size', ['Transfer-Encoding: chunked'], 400] as const]),
    ].map(([sentence, headers, status]) =>
      raw(
        sentence as string,
        request(`POST ${prefix}/witness`, [`${KEY_HEADER}: ${key}`, ...(headers as string[])], 'zzzz'),
        status as number,
      ),
    ),
    raw('an address of 40 KB', withKey(`GET ${prefix}/${'a'.repeat(40_000)}`), 414),
    raw('a header of 40 KB', withKey(get, `X-Large: ${'a'.repeat(40_000)}`), 400),
    raw(
      'more than it may send, said before',
      withKey(`POST ${prefix}/witness`, `Content-Length: ${(model.runtime.bodyLimit + 1) * 2 ** 20}`),
      413,
      { logged: { method: 'POST', path: exactly(`${prefix}/witness`) } },
    ),
    ...[KEY_HEADER, 'APIKEY', '%61pikey', 'api_key', 'api-key', 'a=b&apikey', `${KEY_HEADER}[]`].map((query) =>
      query.endsWith('[]')
        ? raw(`no key, and ${query} in the query`, request(`${get}?${query}=x`, []), keyAuth ? 401 : known)
        : keyIn(`a right key as ${query} in the query`, `${get}?${query}=${key}`),
    ),
    keyIn('a key in the query of a large POST', `POST ${prefix}/witness?${KEY_HEADER}=${key}`, 'Content-Length: 17000'),
    ...(keyAuth
      ? [
          keyIn('a right key in a cookie', get, `Cookie: ${KEY_HEADER}=${key}`),
          keyIn('a right key as a Bearer', get, `Authorization: Bearer ${key}`),
          keyIn('a right key in X-API-Key', get, `X-API-Key: ${key}`),
          keyIn('a right key in api_key', get, `api_key: ${key}`),
          ...[key.slice(0, -1), `${key}x`, key.toUpperCase(), '', '*', `${key},${key}`, `"${key}"`, '\xff'].map(
            (wrong, index) =>
              raw(`a key that is nearly right (${index})`, request(get, [`${KEY_HEADER}: ${wrong}`]), 401, {
                logged: { consumer: '' },
              }),
          ),
          raw('two keys', request(get, [`${KEY_HEADER}: ${key}`, `${KEY_HEADER}: ${key}`]), 401),
        ]
      : []),
    // The router takes no bytes that are not UTF-8.
    ...['/\xff\xfe', '/%ff', '/%ff%fe', '/\u00e4', '/a%c3'].map((path) =>
      raw(`the path ${shown(path)}`, withKey(`GET ${prefix}${path}?secret=${MADE_UP}`), 404, begun(path)),
    ),
    ...['/"quoted"', '/a%22b', '/\u00c3\u00a4', '/%c3%a4', `/${'a'.repeat(2000)}`].map((path) =>
      passes(`the path ${shown(path)}`, withKey(`GET ${prefix}${path}?secret=${MADE_UP}`), begun(path)),
    ),
    passes('an agent that is no text', withKey(get).replace('@agent@', '@agent@ \xff\xfe"\\\x80')),
  ];
}
