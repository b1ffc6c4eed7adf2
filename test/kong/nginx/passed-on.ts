import { CORRELATION_HEADER } from '../../../charts/gateway/kong/plugins';
import { nginx, onNginx, seen } from '../nginx-server';

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
