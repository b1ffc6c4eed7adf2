import { join } from 'node:path';
import { pluginNames, type Service } from '../../../charts/gateway/kong/configuration';
import { CORRELATION_HEADER, KEY_HEADER } from '../../../charts/gateway/kong/plugins';
import { constructErrors } from '../../../charts/synth';
import { nativeFile } from '../../../lib/native-file';
import { everyEnvironment } from '../../environments';
import type { Container } from '../../kubernetes';
import { everyService, gateway, inProduction, onKind, podOf, settings } from '../gateway';

const [gate, proxyConf] = ['gate.lua', 'proxy.conf'].map((name) =>
  nativeFile(join(__dirname, '../../../charts/gateway/kong/nginx'), name),
);

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
