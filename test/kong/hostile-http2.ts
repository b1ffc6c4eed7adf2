import { KEY_HEADER } from '../../charts/gateway/kong/plugins';
import type { Model } from '../../cluster/gateway/requests';
import { routesOf } from '../../docs/effective';
import { exactly } from '../live/gateway/dressed';
import { frameCases } from './hostile-http2-frames';
import { AMBIGUOUS, BESIDE, MADE_UP, METHODS, OURS_TO_SAY } from './hostile-values';
import { request } from './http2';
import { AGENT, type Http2Case, Http2Route, many } from './http2-route';

/** Every route by HTTP/2, with what its clients cannot send by HTTP/1, and what they can, once more. */
export const http2Cases = (model: Model) =>
  routesOf(model.configuration)
    .map(({ service, route }) => new Http2Route(model, service, route))
    .flatMap((route) => [...fieldCases(route), ...pathCases(route), ...frameCases(route)])
    .map((each, index) => {
      const agent = `http2/${`${index}`.padStart(AGENT.length - 6, '0')}`;
      const frames = Buffer.from(each.frames.toString('latin1').replaceAll(AGENT, agent), 'latin1');
      return { ...each, frames, agent };
    });

function fieldCases(route: Http2Route): Http2Case[] {
  const { pseudo, host, known, consumer, keyAuth } = route;
  const changed = route.changed.bind(route);
  const fields = route.fields.bind(route);
  const afterPseudo = (sentence: string, name: string, value: string) =>
    route.raw(sentence, 400, request([...route.begun(), [name, value], ...route.keyed([], [])]));

  return [
    route.passes('a request', request(route.keyed()), {
      logged: { method: 'GET', path: exactly(pseudo.path) },
    }),
    ...OURS_TO_SAY.map((header) =>
      route.passes(`${header.toLowerCase()} made up`, request(route.keyed([[header.toLowerCase(), MADE_UP]])), {
        ...(known === 200 && { logged: { consumer: consumer ?? '' } }),
      }),
    ),
    // What HTTP/2 forbids. nginx ignores most of it, and passes none of it on.
    fields('connection: x-consumer-username', 400, ['connection', 'close, x-consumer-username']),
    fields('connection: content-length', 400, ['connection', 'keep-alive, content-length']),
    fields('connection: x-consumer-username behind 300 others', 400, ...many(300), [
      'connection',
      'x-consumer-username',
    ]),
    fields('connection: close', known, ['connection', 'close']),
    fields('te: trailers', known, ['te', 'trailers']),
    fields('te: gzip', known, ['te', 'gzip']),
    fields('keep-alive', known, ['keep-alive', 'timeout=5']),
    fields('proxy-connection', known, ['proxy-connection', 'x-consumer-username']),
    fields('upgrade', known, ['upgrade', 'websocket'], ['connection', 'upgrade']),
    // Pseudo-fields.
    ...Object.entries(pseudo).map(([each, value]) => fields(`:${each} after other fields`, 400, [`:${each}`, value])),
    ...Object.entries(pseudo).map(([each, value]) => afterPseudo(`two of :${each}`, `:${each}`, value)),
    ...(['method', 'scheme', 'path'] as const).map((each) => changed(`no :${each}`, 400, { [each]: undefined })),
    afterPseudo('a pseudo-field that there is not', ':evil', '1'),
    afterPseudo('one of answers', ':status', '200'),
    ...['get', 'G ET', 'GET\xff'].map((method) => changed(`:method ${JSON.stringify(method)}`, 400, { method })),
    ...['GET /evil HTTP/1.1\r\n', ''].map((method) =>
      changed(`:method ${JSON.stringify(method)}`, undefined, { method }),
    ),
    ...['h ttps', 'https://'].map((scheme) => changed(`:scheme ${JSON.stringify(scheme)}`, 400, { scheme })),
    changed('an empty :scheme', undefined, { scheme: '' }),
    // Whom the client means, and where it goes.
    changed(':authority evil.example', 404, { authority: 'evil.example' }),
    changed(':authority with bytes of a path', 400, { authority: 'evil/@example' }),
    fields('another host beside :authority', 400, ['host', 'evil.example']),
    changed('the right host beside another :authority', 400, { authority: 'evil.example' }, ['host', host]),
    changed('host alone', known, { authority: undefined }, ['host', host]),
    changed('neither', 400, { authority: undefined }),
    ...(keyAuth
      ? [fields('two keys', 401, [KEY_HEADER, route.key]), route.raw('no key', 401, request(route.begun()))]
      : []),
    // Names and values that would be something else in lines of HTTP/1.
    ...['X-Consumer-Username', 'x-a: b\r\nx-b', 'x a', 'x:a', 'x\0a', ''].map((name) =>
      fields(`the name ${JSON.stringify(name)}`, undefined, [name, MADE_UP]),
    ),
    ...[`b\r\nX-Consumer-Username: ${MADE_UP}`, `b\nx-consumer-username: ${MADE_UP}`, 'b\0'].map((value) =>
      fields(`the value ${JSON.stringify(value)}`, undefined, ['x-a', value]),
    ),
  ];
}

function pathCases(route: Http2Route): Http2Case[] {
  const { prefix, pseudo } = route;
  const logged = (method: string, path: string) => ({ logged: { method, path: exactly(path) } });
  return [
    ...['*', 'api/witness', `http://evil.example${pseudo.path}`].map((path) =>
      route.changed(`:path ${JSON.stringify(path)}`, 400, { path }),
    ),
    route.changed('an empty :path', undefined, { path: '' }),
    ...AMBIGUOUS.map((path) =>
      route.raw(
        `${path} below the prefix`,
        400,
        request(route.keyed([], route.begun({ path: prefix + path }))),
        logged('GET', prefix + path),
      ),
    ),
    ...BESIDE.map((path) => route.changed(`${path}, which is beside it`, 404, { path: prefix + path })),
    ...METHODS.map((method) =>
      route.raw(
        `method ${method}`,
        405,
        request(route.keyed([], route.begun({ method }))),
        logged(method, pseudo.path),
      ),
    ),
    route.changed('a right key in the query', 401, { path: `${pseudo.path}?${KEY_HEADER}=${route.key}` }),
    route.changed('a path of 40 KB', undefined, { path: `${prefix}/${'a'.repeat(40_000)}` }),
  ];
}
