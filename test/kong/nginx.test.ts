import { CORRELATION_HEADER } from '../../charts/gateway/kong/plugins';
import { unless } from '../unless';
import { missing, NginxServer } from './nginx-server';

const onNginx = unless(missing);
let nginx: NginxServer;

beforeAll(async () => {
  if (missing) return;
  nginx = new NginxServer();
  await nginx.start();
});
afterAll(() => nginx?.stop());

const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
const seen = (answer: string) => JSON.parse(answer.split('\r\n\r\n')[1]!);

describe('A Connection header', () => {
  for (const value of [
    'close, X-Consumer-Username',
    'X-Consumer-ID',
    'keep-alive, Content-Length',
    'close,\tx-consumer-id',
    'KEEP-ALIVE ,, Cookie',
    'close;q=1',
    '"close"',
    'Host',
    'proxy-connection',
    'transfer-encoding',
  ])
    onNginx(`that says ${JSON.stringify(value)} is refused`, async () => {
      expect(statuses(await nginx.askTwice('GET /a', `Connection: ${value}`))[0]).toBe(400);
    });

  for (const value of [
    'close',
    'keep-alive',
    'Upgrade',
    '',
    ' , ,close',
    'TE,close',
    'upgrade , HTTP2-Settings',
    'Keep-Alive',
  ])
    onNginx(`that says ${JSON.stringify(value)} is not`, async () => {
      expect(statuses(await nginx.askTwice('GET /a', `Connection: ${value}`))[0]).toBe(200);
    });

  onNginx('is refused also where it is the second one, and behind a hundred others', async () => {
    const others = Array.from({ length: 120 }, (_, index) => `a${index}: b`);
    const answer = await nginx.askTwice('GET /a', ...others, 'Connection: keep-alive', 'Connection: X-Consumer-ID');
    expect(statuses(answer)[0]).toBe(400);
  });

  onNginx('that keeps the connection keeps it, and one that is closed is closed', async () => {
    expect(statuses(await nginx.askTwice('GET /a', 'Connection: keep-alive'))).toEqual([200, 200]);
    expect(statuses(await nginx.askTwice('GET /a', 'Connection: close'))).toEqual([200]);
  });
});

describe('Before Kong is asked', () => {
  const refused: [line: string, status: number][] = [
    ...[
      '/page/..%2fapi',
      '/page/..%2Fapi',
      '/page/..%5capi',
      '/page/..\\api',
      '/page/%2e%2e%2fapi',
      '/page/%252e%252e/api',
      '/page/%252fapi',
      '/page/..;/api',
      '/page/%2E%2e;a/api',
      '/page/..%3b/api',
      '/page/.;/x',
      '/page/%c0%ae%c0%ae/api',
      '/page/%e0%80%af',
      '/page/%00',
      'http://evil.example/page/x',
      '*',
    ].map((path): [string, number] => [`GET ${path}`, 400]),
    ...['TRACE', 'CONNECT', 'PROPFIND', 'PURGE', 'FOO', 'M-SEARCH'].map((method): [string, number] => [
      `${method} /page/x`,
      405,
    ]),
    ...['apikey=x', 'ApiKey', '%61pikey=x', 'a=b&api_key=x', 'api-key=x'].map((query): [string, number] => [
      `GET /page/x?${query}`,
      401,
    ]),
  ];
  for (const [line, status] of refused)
    onNginx(`${line} is answered with ${status}`, async () => {
      const answer = await nginx.ask(line);
      expect(statuses(answer)).toEqual([status]);
      expect(answer).not.toContain('"path"');
    });

  for (const path of [
    '/page/x?next=..%2fapi',
    '/page/a%20b',
    '/page/100%25',
    '/page/x;v=1',
    '/page/a..b',
    '/page/%c3%a4',
    '/a?x=apikey',
  ])
    onNginx(`GET ${path} is not refused`, async () =>
      expect(seen(await nginx.ask(`GET ${path}`))).toMatchObject({ path }),
    );

  onNginx('a key in an address is in no log, nor is the body that came with it on the disk', async () => {
    await nginx.ask(
      'POST /page/x?apikey=a-key-that-nobody-should-see',
      'Content-Length: 17000',
      '',
      'x'.repeat(17_000),
    );
    await nginx.ask('POST /page/x?apikey=a-key-that-nobody-should-see', 'Content-Length: 11534336', '', 'x');
    for (const name of ['error.log', 'access.log'])
      expect(nginx.read(name).toString()).not.toContain('nobody-should-see');
    expect(nginx.read('error.log').toString()).not.toContain('temporary file');
  });
});

describe('A service', () => {
  onNginx('never gets what a client made up of what the gateway alone may say, however it is spelt', async () => {
    const names = [
      'X-Consumer-ID',
      'X-Consumer-Username',
      'x-consumer-custom-id',
      'X-CONSUMER-GROUPS',
      'X-Consumer-Foo',
      'X-Credential-Identifier',
      'X-Credential-Username',
      'X-Anonymous-Consumer',
      'X-Authenticated-Userid',
      'X-Authenticated-Scope',
      'X-Kong-Request-Debug',
      'X_Consumer_ID',
      'X-Consumer_Username',
      'x.consumer.id',
      'Api-Key',
      'X-API-Key',
      'api_key',
      'Forwarded',
      'X-Forwarded-For',
    ];
    const { headers } = seen(
      await nginx.ask('GET /page/x', ...names.flatMap((name) => [`${name}: evil`, `${name}: twice`])),
    );
    expect(Object.keys(headers).sort()).toEqual(['connection', 'host']);
  });

  onNginx('gets a name of the gateway as its routes know it', async () => {
    const hostOf = async (host: string) =>
      seen(await nginx.send(`GET /a HTTP/1.1\r\nConnection: close\r\nHost: ${host}\r\n\r\n`)).headers.host;
    for (const [host, name] of Object.entries({
      'LOCALHOST:80': 'localhost:80',
      '127.0.0.1': '127.0.0.1',
      '127.0.0.1:8000': '127.0.0.1:8000',
      '[::1]:80': '[::1]:80',
      'www.Example.com.': 'www.example.com',
      '127.0.0.1.evil.example': '127.0.0.1.evil.example',
    }))
      expect(await hostOf(host)).toBe(name);
  });

  for (const id of ['order-4711', '3f2a:b.c/d_e+f=~', 'x'.repeat(128)])
    onNginx(`gets the id ${id.slice(0, 20)} of ${id.length} characters`, async () => {
      expect(seen(await nginx.ask('GET /a', `${CORRELATION_HEADER}: ${id}`)).headers).toMatchObject({
        'x-correlation-id': id,
      });
    });

  for (const id of [
    'x'.repeat(129),
    'x'.repeat(7000),
    'a b',
    '"}',
    '<script>',
    'ä',
    '',
    `a\r\n${CORRELATION_HEADER}: b`,
  ])
    onNginx(`gets no id ${JSON.stringify(id.slice(0, 20))} of ${id.length} characters`, async () => {
      expect(seen(await nginx.ask('GET /a', `${CORRELATION_HEADER}: ${id}`)).headers).not.toHaveProperty(
        'x-correlation-id',
      );
    });

  onNginx('says nothing of itself or in the place of the gateway, and nginx does not obey it', async () => {
    const answer = await nginx.ask('GET /page/x');
    const names = [...answer.split('\r\n\r\n')[0]!.matchAll(/^([\w-]+):/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual([
      ...['Connection', 'Content-Length', 'Content-Type', 'Date', 'Server', 'X-Frame-Options'],
    ]);
    expect(seen(answer)).toMatchObject({ path: '/page/x' });
  });
});

describe('The access log', () => {
  onNginx(
    'has the method and the path that were asked for, also of what nginx itself refuses, and no query',
    async () => {
      const cases: [string, { path: string; method: string; status: string }][] = [
        ['PROPFIND /page/x?secret=1', { method: 'PROPFIND', path: '/page/x', status: '405' }],
        ['DELETE /page/..%2fx?secret=1', { method: 'DELETE', path: '/page/..%2fx', status: '400' }],
        ['get /page/x?secret=1', { method: 'get', path: '/page/x', status: '400' }],
        [`GET /${'a'.repeat(9000)}?secret=1`, { method: 'GET', path: `/${'a'.repeat(511)}…`, status: '414' }],
        ['PUT /gone/x?secret=1', { method: 'PUT', path: '/gone/x', status: '502' }],
      ];
      for (const [line, logged] of cases) {
        await nginx.ask(line);
        expect(await nginx.lineOf(logged.path)).toMatchObject(logged);
      }
      await nginx.ask('POST /big?secret=1', 'Content-Length: 11534336');
      expect(await nginx.lineOf('/big')).toMatchObject({ method: 'POST', status: '413' });
      expect(nginx.read('access.log').toString()).not.toContain('secret');
    },
  );

  onNginx('is JSON in UTF-8 whatever bytes there are', async () => {
    const bytes = String.fromCharCode(
      ...Array.from({ length: 255 }, (_, index) => index + 1).filter((code) => code !== 10 && code !== 13),
    );
    for (const each of ['\xff', '\xc3', '"\\', bytes]) {
      await nginx.ask(`GET /page/${each}`, `User-Agent: ${each}`);
      await nginx.ask('GET /page/x', `User-Agent: ${each}`, `X-Consumer-Username: ${each}`);
      await nginx.send(`GET /page/x HTTP/1.1\r\nHost: a${each}\r\nConnection: close\r\n\r\n`);
      await nginx.send(`${each}\r\n\r\n`);
    }
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const log = decoder.decode(nginx.read('access.log'));
    for (const line of log.trim().split('\n')) expect(Object.keys(JSON.parse(line))).toContain('status');
  });

  onNginx('knows who asked from the gateway, also when the service is gone, and never from the client', async () => {
    await nginx.ask('GET /gone/x');
    expect(await nginx.lineOf('/gone/x')).toMatchObject({ consumer: 'bss-frontend', status: '502' });
    for (const [line, ...headers] of [
      ['GET /page/x'],
      ['FOO /page/x'],
      ['GET /page/x', 'Content-Length: x'],
      // An error without a page of its own.
      ['GET /page/y', 'Transfer-Encoding: unknown'],
      ['GET /page/%zz'],
    ]) {
      await nginx.ask(line!, 'X-Consumer-Username: evil', 'X_Consumer_Username: evil', ...headers);
      expect(await nginx.lineOf(line!.split(' ')[1]!)).toMatchObject({ consumer: '' });
    }
  });
});
