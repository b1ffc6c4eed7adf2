import { Size } from 'cdk8s';
import * as policies from '../../../charts/gateway/kong/policies';
import { siteErrors } from '../../../charts/gateway/kong/rules';
import type { KongSize, LoadBalancer } from '../../../charts/gateway/kong/size';
import { valueErrors } from '../../../charts/values';
import { production } from '../../../config/production';
import { everything, siteOf } from '../stand-in';

const { kong } = production;
const entry = (change: Partial<LoadBalancer>): Partial<KongSize> => ({
  entry: { ...(kong.entry as LoadBalancer), ...change },
});

it.each<[string, Partial<KongSize>, string]>([
  ['everybody as an operator', entry({ operators: ['0.0.0.0/0'] }), 'has 0.0.0.0/0, which is everybody.'],
  [
    'addresses of pods as operators',
    entry({ operators: ['10.244.0.0/16'] }),
    'has 10.244.0.0/16, which overlaps 10.0.0.0/8',
  ],
  ['one address of a pod', entry({ operators: ['10.1.2.3'] }), 'has 10.1.2.3, which overlaps 10.0.0.0/8'],
  [
    'addresses of pods of IPv6',
    entry({ operators: ['fd00:1::/32'], clusterNetworks: ['fd00::/8'] }),
    'has fd00:1::/32, which overlaps fd00::/8',
  ],
  ['the loopback', entry({ operators: ['127.0.0.1'] }), 'which overlaps 127.0.0.0/8'],
  ['a proxy that is everybody', entry({ trustedProxies: ['::/0'] }), 'anybody could say who he is by X-Forwarded-For'],
  [
    'a proxy that is no address',
    entry({ trustedProxies: ['proxy.example.com'] }),
    'trustedProxies[0] is "proxy.example.com"',
  ],
  ['any origin and one more', { origins: ['*', 'https://www.example.com'] }, 'kong.origins has "*" and others'],
  ['no origin, which is any', { origins: [] }, 'kong.origins is []'],
  ['an origin with a path', { origins: ['https://www.example.com/shop'] }, 'Write "https://www.example.com".'],
  ['an origin with a slash', { origins: ['https://www.example.com/'] }, 'Write "https://www.example.com".'],
  ['an origin with the port of its scheme', { origins: ['https://a.example:443'] }, 'Write "https://a.example".'],
  ['an origin without a scheme', { origins: ['www.example.com'] }, 'it must be the address of a site'],
  ['an origin that is a pattern', { origins: ['https://[a-z]+.example.com'] }, 'it must be the address of a site'],
  ['an origin with any host', { origins: ['https://.*.example.com'] }, 'Kong takes it for a pattern'],
  [
    'a limit of nothing',
    { requestsPerMinute: 0 },
    'kong.requestsPerMinute is 0: it must be a whole number of 1 or more requests',
  ],
  ['a limit of one and a half', { requestsPerMinute: 1.5 }, 'the most that a burst may have'],
  ['keys that can be guessed', { leastKeyLength: 8 }, 'kong.leastKeyLength is 8'],
  [
    'less memory than its workers need',
    { resources: { ...kong.resources, memory: Size.mebibytes(512), memoryLimit: Size.gibibytes(1) } },
    'kong.resources.memoryLimit is 1024 MiB, but 4 workers and the volumes in memory need 1392 MiB: under load the kernel ' +
      'would kill workers, which no status, event or restart shows. Raise it, or ask for less CPU.',
  ],
  [
    'less memory than one worker needs',
    { resources: { cpu: 10, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(256) } },
    'need 492 MiB',
  ],
])('A gateway with %s does not synthesize', (_, change, message) => {
  expect(valueErrors({ ...production, kong: { ...kong, ...change } })).toEqual([expect.stringContaining(message)]);
});

describe('Sites', () => {
  const at = (...paths: string[]) =>
    siteErrors(paths.map((path) => policies.api(siteOf(`at${counter++}`, path as '/'))));
  let counter = 0;

  it('are well at a word each, and one of them at "/"', () => {
    expect(at('/api', '/tmf-api', '/metrics-ui', '/')).toEqual([]);
  });

  it('are one or more', () => {
    expect(at()).toEqual([expect.stringContaining('a gateway with an empty configuration is never ready')]);
  });

  it.each(['/api', '/'])('are not two at %s, of which Kong would take one', (path) => {
    expect(at(path, path)).toEqual([expect.stringMatching(/^kong has two sites whose route is "(api|root)"\./)]);
  });

  it.each(['api', '/api/', '/api//v1', '/..', '/a/../b', '/api/v1', '/a b', '/.*', '/größe', ''])(
    'are at no path that Kong takes for more or less than it looks like, as %p',
    (path) => {
      expect(at(path)).toEqual([expect.stringContaining(`a site at "${path}": it must be "/" and one word`)]);
    },
  );

  it.each(['/actuator', '/metrics'])('are not at %s, which services have for themselves', (path) => {
    expect(at(path)).toEqual([expect.stringContaining(`a site at "${path}": services show`)]);
  });
});

const accesses = Object.entries(policies).flatMap(([name, each]) =>
  typeof each === 'object' ? [[name, each] as const] : [],
);

describe.each(accesses)('Who comes as one of %s', (_, { timeouts, plugins }) => {
  it('has an answer before a load balancer gives up after 60 s, and a pod that is gone is not waited for', () => {
    expect(policies.worstCaseSeconds(timeouts)).toBeLessThan(60);
    expect(timeouts.connect_timeout).toBeLessThanOrEqual(5000);
  });

  it('meets no plugin in the place of one that holds for every request', () => {
    const everywhere = everything.plugins.map(({ name }) => name);
    expect(plugins.filter(({ name }) => everywhere.includes(name))).toEqual([]);
  });
});
