import { join } from 'node:path';
import { Size } from 'cdk8s';
import { pluginNames, type Service } from '../../../charts/gateway/kong/configuration';
import { Kong, type KongProps } from '../../../charts/gateway/kong/kong';
import { CORRELATION_HEADER, KEY_HEADER } from '../../../charts/gateway/kong/plugins';
import { api, operatorsPage, type Site, worstCaseSeconds } from '../../../charts/gateway/kong/policies';
import { platform } from '../../../charts/platform';
import { constructErrors } from '../../../charts/synth';
import { kind } from '../../../config/kind';
import { production } from '../../../config/production';
import { nativeFile } from '../../../lib/native-file';
import { RequiredSecret } from '../../../lib/secret';
import { everyEnvironment } from '../../environments';
import { Example, Pods } from '../../example';
import type { Container } from '../../kubernetes';
import { Manifests } from '../../manifests';

const [onKind, inProduction] = everyEnvironment.map(({ manifests }) => manifests) as [Manifests, Manifests];

/** A gateway before stand-ins for a backend. */
function gateway(change: Partial<KongProps> = {}) {
  const example = new Example();
  const [backend, redis, jaeger] = [
    new Pods(example, 'backend', { web: 8080 }).endpoint('web'),
    new Pods(example, 'redis', { client: 6379 }).endpoint('client'),
    new Pods(example, 'jaeger', { otlp: 4318 }).endpoint('otlp'),
  ];
  const password = new RequiredSecret(example, 'redis', { password: 'of the gateway' }).key('password');
  const kong = new Kong(example.platform, {
    ...kind.kong,
    image: 'kong:3.5.0',
    postgresImage: 'postgres:17.12-alpine',
    sites: [api({ web: backend, path: '/api' }), operatorsPage({ web: jaeger, path: '/traces' })],
    counters: { server: redis, user: { name: 'counter', password } },
    ...change,
  });
  return { kong, app: example.platform, manifests: () => new Manifests(example.platform) };
}

const [gate, proxyConf] = ['gate.lua', 'proxy.conf'].map((name) =>
  nativeFile(join(__dirname, '../../../charts/gateway/kong/nginx'), name),
);
const podOf = (manifests: Manifests) => manifests.find('Deployment', 'kong').spec.template.spec;
const settings = (manifests: Manifests): Record<string, string | undefined> =>
  Object.fromEntries((podOf(manifests).containers[0]!.env ?? []).map(({ name, value }) => [name, value]));

describe("Kong's pod", () => {
  it.each(everyEnvironment)('of $name is closed but for three ports, and the Admin API is on its loopback', (each) => {
    const { containers } = podOf(each.manifests);
    expect(containers[0]!.ports!.map(({ name, containerPort }) => `${name} ${containerPort}`)).toEqual([
      'proxy 8000',
      'proxy-ssl 8443',
      'status 8100',
    ]);
    expect(settings(each.manifests)).toMatchObject({
      KONG_ADMIN_LISTEN: '127.0.0.1:8001, 127.0.0.1:8444 http2 ssl',
      KONG_ADMIN_GUI_LISTEN: 'off',
      KONG_DNS_ORDER: 'LAST,A,CNAME',
      KONG_UNTRUSTED_LUA: 'off',
      KONG_ANONYMOUS_REPORTS: 'off',
      KONG_HEADERS: 'X-Kong-Request-Id',
      KONG_REAL_IP_HEADER: 'X-Forwarded-For',
      KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: '10m',
    });
    expect(settings(each.manifests)).not.toHaveProperty('KONG_TRUSTED_IPS');
    const offered = each.manifests.ofKind('Service').filter(({ metadata }) => metadata.name.startsWith('kong'));
    const status = offered.filter(({ spec }) => spec.ports.some(({ targetPort }) => targetPort === 'status'));
    // For Prometheus, which asks each pod; what clients know leads elsewhere.
    expect(status.map(({ metadata }) => metadata.name)).toEqual(['kong-pods']);
  });

  it.each(everyEnvironment)('of $name starts as its image does, which links logs and keeps nginx in front', (each) => {
    expect(podOf(each.manifests).containers[0]).not.toHaveProperty('command');
  });

  it.each(everyEnvironment)('of $name has as many workers as whole cores, and memory for them', (each) => {
    const workers = Math.max(1, Math.floor(each.environment.kong.resources.cpu / 1000));
    expect(settings(each.manifests)['KONG_NGINX_WORKER_PROCESSES']).toBe(`${workers}`);
    expect(each.environment.kong.resources.memoryLimit.toMebibytes()).toBeGreaterThanOrEqual(
      workers * 300 + 2 * 32 + 100,
    );
  });

  it.each(everyEnvironment)('of $name outlives the slowest request that has begun', (each) => {
    const { terminationGracePeriodSeconds, containers } = podOf(each.manifests);
    const [, drain] = containers[0]!.lifecycle!.preStop!.exec.command;
    const slowest = Math.max(...everyService(each.manifests).map(({ read_timeout }) => read_timeout / 1000));
    expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(drain) + slowest);
  });

  it.each(everyEnvironment)(
    'of $name gives keys to the container that renders them and to no other, and its log stays out of the status',
    (each) => {
      const secretsOf = ({ env = [] }: Container) =>
        env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []);
      const readers = each.manifests
        .pods()
        .flatMap(({ containers }) => containers)
        .filter((container) => secretsOf(container).includes('kong-keys'));
      expect(readers.map(({ name }) => name)).toEqual(['render']);
      const [render] = readers;
      expect(render!.terminationMessagePolicy).toBe('File');
      const prefix = render!.env!.find(({ name }) => name === 'KONG_PREFIX')!.value;
      expect(prefix).not.toBe(settings(each.manifests)['KONG_PREFIX']);
    },
  );

  it('writes an access log of one JSON object a line, without queries and headers that hold secrets', () => {
    const [, format] = settings(onKind)['KONG_NGINX_HTTP_LOG_FORMAT']!.match(/^json escape=json '(.*)'$/)!;
    const variables = Object.values(JSON.parse(format!) as Record<string, string>);
    expect(variables).toEqual(expect.arrayContaining(['$kong_request_id', '$sent_http_x_correlation_id', '$log_path']));
    expect(
      variables.filter((name) => /request_uri|\$uri|args|\$http_|\$host|\$request$|\$request_method/.test(name)),
    ).toEqual([]);
    // Exactly 3.5 does not start with a format here.
    expect(settings(onKind)['KONG_PROXY_ACCESS_LOG']).toBe('/dev/null');
  });

  it.each(everyEnvironment)(
    'of $name keeps in memory what holds keys and passwords, and on the disk bodies alone',
    (each) => {
      const { volumes, containers } = podOf(each.manifests);
      const directories = new Map(containers[0]!.volumeMounts!.map(({ name, mountPath }) => [name, mountPath]));
      const kept = volumes!.flatMap(({ name, emptyDir }) => (emptyDir ? [[directories.get(name), emptyDir]] : []));
      expect(Object.fromEntries(kept)).toEqual({
        '/kong_prefix': { medium: 'Memory', sizeLimit: '16Mi' },
        '/tmp': { medium: 'Memory', sizeLimit: '8Mi' },
        '/bodies': { sizeLimit: '256Mi' },
        ...(each.environment.kong.storage.kind === 'dbless' && { '/run/kong': { medium: 'Memory', sizeLimit: '4Mi' } }),
      });
      expect(settings(each.manifests)['KONG_NGINX_HTTP_CLIENT_BODY_TEMP_PATH']).toBe('/bodies/in');
      expect(proxyConf).toContain('proxy_max_temp_file_size 0;');
    },
  );

  it.each(everyEnvironment)('of $name asks the gate before Kong, and its files are there', (each) => {
    const files = Object.keys(each.manifests.find('ConfigMap', 'kong-files').data!);
    const included = ['KONG_NGINX_HTTP_INCLUDE', 'KONG_NGINX_PROXY_INCLUDE'].map(
      (name) => settings(each.manifests)[name],
    );
    expect(included).toEqual(['/etc/bss/http.conf', '/etc/bss/proxy.conf']);
    expect(proxyConf).toContain('server_rewrite_by_lua_file /etc/bss/gate.lua;');
    expect(files).toEqual(expect.arrayContaining(['gate.lua', 'http.conf', 'proxy.conf']));
    expect(gate).toContain(`headers["${CORRELATION_HEADER.toLowerCase()}"]`);
    expect(gate).toContain(`== "${KEY_HEADER}"`);
  });

  it('sends a request that has broken off once more, and only soon after', () => {
    expect(settings(onKind)['KONG_NGINX_PROXY_PROXY_NEXT_UPSTREAM_TIMEOUT']).toBe('5s');
    expect(everyService(onKind).map((service) => [service.retries, worstCaseSeconds(service)])).toEqual([
      [1, 19],
      [0, 57],
      [0, 57],
      [0, 57],
    ]);
  });

  it('loads the plugins that its configuration has, and no others', () => {
    const { kong, manifests } = gateway();
    const used = JSON.stringify(kong.configuration).match(/(?<="name":")[a-z-]+(?=","config")/g)!;
    expect(settings(manifests())['KONG_PLUGINS']!.split(',').sort()).toEqual([...new Set(used)].sort());
  });

  it('knows keys also where no route asks for one, as its consumers have some', () => {
    const { kong, app } = gateway({ sites: [] });
    expect(pluginNames(kong.configuration)).toContain('key-auth');
    expect(constructErrors(app)).toEqual([expect.stringContaining('kong has no sites')]);
  });
});

const everyService = (manifests: Manifests) => (manifests.app.node.findChild('kong') as Kong).configuration.services;

describe('On a laptop', () => {
  it('plain HTTP is answered, each pod makes its own certificate, and one pod counts for itself', () => {
    const [{ routes, plugins }] = everyService(onKind) as [Service];
    expect(routes[0]!.protocols).toEqual(['http', 'https']);
    expect(settings(onKind)).not.toHaveProperty('KONG_SSL_CERT');
    expect(JSON.stringify(plugins)).toContain('"policy":"local"');
    expect(settings(onKind)['KONG_PORT_MAPS']).toBe('8000:8000,8443:8443');
  });
});

describe('In production', () => {
  it('plain HTTP is sent to TLS, with the certificate of a Secret', () => {
    for (const { routes } of everyService(inProduction)) {
      expect(routes[0]).toMatchObject({ protocols: ['https'], https_redirect_status_code: 308 });
    }
    expect(settings(inProduction)).toMatchObject({
      KONG_SSL_CERT: '/etc/kong-tls/tls.crt',
      KONG_SSL_CERT_KEY: '/etc/kong-tls/tls.key',
      KONG_PORT_MAPS: '80:8000,443:8443',
    });
  });

  it('the load balancer passes the addresses of clients on', () => {
    expect(inProduction.find('Service', 'kong-public').spec).toMatchObject({
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      ports: [
        { port: 80, targetPort: 'proxy' },
        { port: 443, targetPort: 'proxy-ssl' },
      ],
    });
  });

  it('all pods count together in the plain Redis, as its user', () => {
    expect(JSON.stringify(everyService(inProduction))).toContain(
      '"policy":"redis","redis_host":"redis.bss.svc","redis_port":6379,"redis_timeout":200,"redis_username":"application"',
    );
  });
});

describe('The storage', () => {
  const storage: KongProps['storage'] = {
    kind: 'postgres',
    resources: kind.kong.resources,
    disk: Size.gibibytes(1),
    keysRevision: 1,
  };
  const databaseOf = (change: Partial<KongProps> = {}) =>
    settings(gateway({ storage, ...change }).manifests())['KONG_PG_DATABASE'];

  it('of a laptop is the file, and whether the gateway is well is asked of itself', () => {
    expect(settings(onKind)).toMatchObject({ KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG: '/run/kong/kong.yml' });
    expect(podOf(onKind).containers[0]).toMatchObject({
      readinessProbe: { httpGet: { path: '/status/ready' } },
      livenessProbe: { httpGet: { path: '/status' } },
    });
    expect(onKind.objects.filter(({ metadata }) => /^kong-(db|migrations)/.test(metadata.name))).toEqual([]);
  });

  it('of production is a database, and the gateway outlives its absence', () => {
    expect(settings(inProduction)).toMatchObject({ KONG_DATABASE: 'postgres', KONG_PG_HOST: 'kong-db.bss.svc' });
    expect(settings(inProduction)).not.toHaveProperty('KONG_DECLARATIVE_CONFIG');
    expect(podOf(inProduction).containers[0]).toMatchObject({
      startupProbe: { httpGet: { path: '/status/ready' } },
      readinessProbe: { tcpSocket: { port: 'proxy' } },
      livenessProbe: { tcpSocket: { port: 'proxy' } },
    });
  });

  it('is another database for each version, which a Job fills and new pods wait for', () => {
    const job = inProduction.ofKind('Job').find(({ metadata }) => metadata.name.startsWith('kong-migrations'))!;
    const { initContainers, containers } = job.spec.template.spec;
    const databases = [...initContainers!, ...containers, ...podOf(inProduction).initContainers!].map(
      ({ name, env }) => [name, env!.find(({ name: key }) => /^(KONG_PG_)?DATABASE$/.test(key))?.value] as const,
    );
    const version = settings(inProduction)['KONG_PG_DATABASE'];
    expect(version).toMatch(/^kong_[0-9a-f]{8}$/);
    expect(databases).toEqual([
      ...['create', 'migrate'].map((name) => [name, version]),
      ['render', undefined],
      ...['import', 'kong-migrations', 'await'].map((name) => [name, version]),
    ]);
  });

  it('changes its version with the configuration, with the image and with the keys, and not by itself', () => {
    expect(databaseOf()).toBe(databaseOf());
    const others = [
      databaseOf({ image: 'kong:3.5.1' }),
      databaseOf({ storage: { ...storage, keysRevision: 2 } }),
      databaseOf({ origins: ['https://shop.example'] }),
    ];
    expect(new Set([databaseOf(), ...others]).size).toBe(4);
  });
});

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
      expect(everyService(manifests).map(paths)).toEqual([['api', 'tmf-api'], ['akhq'], ['pghero'], ['prometheus']]);
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
