import { nginx, onNginx } from '../nginx-server';

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
