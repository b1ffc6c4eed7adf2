import { Kong } from '../../charts/gateway/kong/kong';
import { api, operatorsPage } from '../../charts/gateway/kong/policies';
import { kind } from '../../config/kind';
import { Example, Pods } from '../example';
import { unless } from '../unless';
import { KongServer, missing } from './kong-server';

const onKong = unless(missing);

describe('A site at "/"', () => {
  const example = new Example();
  const web = (id: string) => new Pods(example, id, { web: 8080 }).endpoint('web');
  const kong = new Kong(example.platform, {
    ...kind.kong,
    image: 'kong:3.5.0',
    postgresImage: 'postgres:17.12-alpine',
    counters: { server: web('redis') },
    sites: [
      operatorsPage({ web: web('frontend'), path: '/' }),
      ...(['/api', '/metrics-ui'] as const).map((path) => api({ web: web(`behind-${path.slice(1)}`), path })),
    ],
  });
  const { configuration } = kong;
  const server = new KongServer({
    kong,
    model: { configuration, runtime: { bodyLimit: 1 }, keys: kind.developmentSecrets!['kong-keys']! },
  });

  beforeAll(() => (missing ? undefined : server.start()), 120_000);
  afterAll(() => (missing ? undefined : server.stop()));

  const statusOf = async (path: string) => {
    const bytes = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    return Number((await server.send({ bytes, tls: false })).match(/^HTTP\/1\.1 (\d+)/)?.[1]);
  };

  // Where a key is asked for, it is not the site at "/" that answers.
  const answers: [status: number, what: string, paths: string[]][] = [
    [200, 'gets', ['/', '/index.html', '/apifoo', '/api.js', '/status', '/routes', '/config']],
    [
      401,
      'leaves to sites with a path of their own',
      ['/api', '/api/x', '/api/actuator', '/metrics-ui', '/metrics-ui/x'],
    ],
    [
      404,
      'is not asked for',
      [
        '/actuator',
        '/actuator/health',
        '/actuator;x',
        '/metrics',
        '/metrics/',
        '//actuator',
        '/api/../actuator/env',
        '/%61ctuator',
      ],
    ],
  ];
  for (const [status, what, paths] of answers)
    for (const path of paths)
      onKong(`${what} ${path}`, async () => {
        expect([path, await statusOf(path)]).toEqual([path, status]);
      });
});
