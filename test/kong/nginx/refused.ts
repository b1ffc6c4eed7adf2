import { nginx, onNginx, seen, statuses } from '../nginx-server';

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
