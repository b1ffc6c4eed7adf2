import { parse } from 'yaml';
import { boards } from '../../charts/observability/grafana/boards/all';
import { Grafana } from '../../charts/observability/grafana/grafana';
import { constructErrors } from '../../charts/synth';
import { Platform } from '../../lib/platform';
import { changed, complaints, imageComplaints } from '../changed';
import { environmentCalled, everyEnvironment, laptop } from '../environments';

describe.each(everyEnvironment)('Grafana in $name', ({ manifests, environment }) => {
  const { spec } = manifests.find('Deployment', 'grafana').spec.template;
  const [container] = spec.containers;
  const env = Object.fromEntries(container!.env!.map(({ name, value }) => [name, value]));
  const files = manifests.filesOf(manifests.pods().find(({ owner }) => owner.metadata.name === 'grafana')!);

  it('has one path: its own, that of probes and that of its metrics', () => {
    expect(env['GF_SERVER_ROOT_URL']).toMatch(/\/grafana\/$/);
    for (const probe of [container!.startupProbe, container!.readinessProbe, container!.livenessProbe])
      expect(probe!.httpGet).toEqual({ port: 'web', path: '/grafana/api/health' });
  });

  it('asks Prometheus by its Service, below its path, and nobody else', () => {
    expect(env['PROMETHEUS_URL']).toBe(`http://prometheus.${environment.namespace}.svc:9090/prometheus`);
    const policies = manifests.ofKind('NetworkPolicy').map(({ metadata: { name } }) => name);
    expect(policies.filter((name) => name.startsWith('grafana-to-')).sort()).toEqual([
      'grafana-to-dns',
      'grafana-to-prometheus-web',
    ]);
  });

  it('reads each folder from a directory that holds its boards and no others', () => {
    const { providers } = parse(files['/etc/grafana/provisioning/dashboards/boards.yml']!);
    const all = boards(environment);
    expect(providers.map(({ folder }: { folder: string }) => folder)).toEqual([
      ...new Set(all.map(({ folder }) => folder)),
    ]);
    for (const { folder, allowUiUpdates, options } of providers) {
      const own = Object.keys(files).filter((path) => path.startsWith(`${options.path}/`));
      const uids = all.filter((board) => board.folder === folder).map(({ uid }) => `${options.path}/${uid}.json`);
      expect(own.sort()).toEqual(uids.sort());
      expect(allowUiUpdates).toBe(false);
    }
    expect(files).toHaveProperty([env['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!]);
  });

  it('has its passwords in files, and writes nowhere but into what ends with the pod', () => {
    const secrets = [...files['/etc/grafana-settings/grafana.ini']!.matchAll(/\$__file\{(.+)\}/g)].map(
      ([, path]) => path,
    );
    expect(secrets).toEqual(['/etc/grafana-secrets/admin-password', '/etc/grafana-secrets/secret-key']);
    for (const path of secrets) expect(files).toHaveProperty([path!]);
    const writable = container!.volumeMounts!.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
    expect(writable).toEqual(['/var/lib/grafana', '/tmp']);
  });

  it('sends its cookie by HTTPS alone where there is no other way in', () => {
    expect(env['GF_SECURITY_COOKIE_SECURE']).toBe(`${environment.kong.entry.kind === 'loadBalancer'}`);
  });
});

describe("Grafana's settings", () => {
  const { manifests } = environmentCalled('kind');
  const settings: Record<string, string> = {};
  let section = '';
  for (const line of manifests.find('ConfigMap', 'grafana-files').data!['grafana.ini']!.split('\n')) {
    if (line === '' || line.startsWith(';')) continue;
    const [, name] = line.match(/^\[([a-z_.]+)\]$/) ?? [];
    const [, key, value] = line.match(/^([a-z_]+) = (\S+)$/) ?? [];
    if (name) section = name;
    else settings[`${section} ${key}`] = value!;
  }

  it('let who has not logged in look and no more', () => {
    expect(settings).toMatchObject({
      'auth.anonymous enabled': 'true',
      'auth.anonymous org_role': 'Viewer',
      'users allow_sign_up': 'false',
      'snapshots enabled': 'false',
      'public_dashboards enabled': 'false',
    });
  });

  it('send and fetch nothing', () => {
    expect(settings).toMatchObject({
      'analytics reporting_enabled': 'false',
      'analytics check_for_updates': 'false',
      'analytics check_for_plugin_updates': 'false',
      'news news_feed_enabled': 'false',
      'plugins preinstall_disabled': 'true',
      'plugins plugin_admin_enabled': 'false',
      'plugins public_key_retrieval_disabled': 'true',
      'security disable_gravatar': 'true',
    });
  });

  it('keep the path that the gateway keeps', () => {
    expect(settings['server serve_from_sub_path']).toBe('true');
    expect(changed().grafana.path).toBe('/grafana');
  });
});

it('Two boards with one address are refused when the platform is made', () => {
  const [board] = boards(laptop);
  const app = new Platform({ name: 'bss', namespace: 'bss', spread: 'preferred' });
  new Grafana(app, {
    ...laptop.grafana,
    ...{ host: undefined, image: laptop.images.grafana, https: false },
    prometheus: changed().prometheus,
    boards: [board!, { ...board!, title: 'Another' }],
  });
  expect(constructErrors(app)).toEqual([
    expect.stringMatching(/^The boards "BSS Overview Dashboard" and "Another" both have/),
  ]);
});

it('Grafana needs 256 MiB', () => {
  const resources = { ...laptop.grafana.resources, memoryLimit: laptop.grafana.resources.memory };
  expect(complaints({ grafana: { resources } })).toEqual([
    'grafana.resources.memoryLimit is 160 MiB: it must be 256 MiB to 12 TiB.',
  ]);
});

it.each(['grafana/grafana:11.6.0', 'grafana/grafana:13.0.0'])('Grafana is not %s', (image) => {
  expect(imageComplaints({ grafana: image })).toEqual([
    `images.grafana is "${image}": this chart is for 12.x. Its settings and the format of its boards are those of 12.`,
  ]);
});
