import type { Service } from '../../../charts/gateway/kong/configuration';
import type { Kong } from '../../../charts/gateway/kong/kong';
import { KEY_HEADER } from '../../../charts/gateway/kong/plugins';
import { operatorsPage, type Site, worstCaseSeconds } from '../../../charts/gateway/kong/policies';
import { platform } from '../../../charts/platform';
import { constructErrors } from '../../../charts/synth';
import { kind } from '../../../config/kind';
import { production } from '../../../config/production';
import { everyEnvironment } from '../../environments';
import { Example, Pods } from '../../example';
import { everyService, gateway, inProduction, onKind, settings } from '../gateway';

describe('A site', () => {
  const { kong, app } = gateway();
  const [backend] = kong.configuration.services;

  it('is a service and a route with its path and what is below it, and nothing that only begins like it', () => {
    expect(backend).toMatchObject({ name: 'api', host: 'example-backend.shop.svc', port: 8080, retries: 1 });
    expect(backend!.routes).toMatchObject([{ name: 'api', paths: ['/api/', '~/api$'], strip_path: false }]);
    expect(constructErrors(app)).toEqual([]);
  });

  it('at "/" gets what no other site takes, but for what services have for themselves, which is nowhere', () => {
    const web = new Pods(new Example(), 'frontend', { web: 8080 }).endpoint('web');
    const at = (path: Site['path']) => operatorsPage({ web, path });
    const { kong, app } = gateway({ sites: [at('/'), at('/page')] });
    expect(constructErrors(app)).toEqual([]);
    expect(kong.configuration.services.flatMap(({ routes }) => routes.map(({ paths }) => paths))).toEqual([
      ['/'],
      ['/page/', '~/page$'],
    ]);
    expect(kong.configuration.routes).toMatchObject([
      { paths: ['/actuator', '/metrics'], plugins: [{ name: 'request-termination', config: { status_code: 404 } }] },
    ]);
    expect(gateway().kong.configuration).not.toHaveProperty('routes');
  });

  it('for applications asks for a key and counts each consumer for itself; for people, neither', () => {
    const names = (index: number) => kong.configuration.services[index]!.plugins!.map(({ name }) => name);
    expect([names(0), names(1)]).toEqual([['key-auth', 'rate-limiting'], ['request-transformer']]);
    expect(JSON.stringify(backend)).toContain('"limit_by":"consumer"');
  });

  it('shares its limit with the other sites of its workload, and with no others', () => {
    const paths = ({ routes }: Service) => routes.map(({ name }) => name);
    for (const manifests of [onKind, inProduction])
      expect(everyService(manifests).map(paths)).toEqual([
        ['api', 'tmf-api'],
        ['akhq'],
        ['pghero'],
        ['prometheus'],
        ['grafana'],
      ]);
    for (const { plugins } of everyService(inProduction))
      expect(plugins.map(({ name }) => name)).toContain('rate-limiting');
  });

  it('for people has no limit where nobody is asked who he is, as any stranger could use it up for all', () => {
    for (const { plugins } of everyService(onKind).slice(1))
      expect(plugins!.map(({ name }) => name)).toEqual(['request-transformer']);
  });

  it('is known by the names of the environment and of the Service, and by no other', () => {
    for (const { manifests, environment } of everyEnvironment) {
      const { proxy, configuration } = manifests.app.node.findChild('kong') as Kong;
      for (const { hosts } of configuration.services.flatMap(({ routes }) => routes)) {
        expect(hosts).toEqual([
          ...environment.kong.hosts,
          ...['kong', `kong.${environment.namespace}`, proxy.host, `${proxy.host}.cluster.local`],
        ]);
      }
    }
  });

  it('is sent a request that has broken off once more, and only soon after', () => {
    expect(settings(onKind)['KONG_NGINX_PROXY_PROXY_NEXT_UPSTREAM_TIMEOUT']).toBe('5s');
    expect(everyService(onKind).map((service) => [service.retries, worstCaseSeconds(service)])).toEqual([
      [1, 19],
      [0, 57],
      [0, 57],
      [0, 57],
      [0, 57],
    ]);
  });

  it('gets no key that a person has sent it by mistake', () => {
    for (const { plugins } of everyService(onKind).slice(1))
      expect(plugins).toContainEqual({ name: 'request-transformer', config: { remove: { headers: [KEY_HEADER] } } });
  });

  it('for people has a list of addresses where the gateway can see them', () => {
    const { kong: guarded } = gateway({ entry: production.kong.entry });
    expect(guarded.configuration.services[1]!.plugins).toContainEqual({
      name: 'ip-restriction',
      config: { allow: ['203.0.113.0/24'] },
    });
  });

  it('is reached by the gateway, as both policies say', () => {
    const connections = gateway()
      .manifests()
      .ofKind('NetworkPolicy')
      .map(({ metadata }) => metadata.name);
    expect(connections).toEqual(
      expect.arrayContaining(['kong-to-example-backend-web', 'example-backend-web-from-kong']),
    );
  });

  it('has one path for its route, for itself and for its probes', () => {
    const akhq = platform(kind).akhq;
    const { env, readinessProbe } = onKind.find('Deployment', 'akhq').spec.template.spec.containers[0]!;
    expect(everyService(onKind).map(({ routes }) => routes[0]!.paths[0])).toContain(`${akhq.path}/`);
    expect(env).toContainEqual({ name: 'MICRONAUT_SERVER_CONTEXT_PATH', value: akhq.path });
    expect(readinessProbe).toMatchObject({ httpGet: { path: `${akhq.path}/health` } });
  });
});
