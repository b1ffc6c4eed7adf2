import { parse } from 'yaml';
import { objectsOf } from '../../lib/manifest-files';
import { changed, twoDatabases } from '../changed';
import { environmentCalled } from '../environments';

describe('PgHero', () => {
  const { pghero } = changed();

  it('answers below one path, to people and to probes', () => {
    const { manifests } = environmentCalled('kind');
    const [container] = manifests.find('Deployment', 'pghero').spec.template.spec.containers;
    expect(container!.env).toContainEqual({ name: 'RAILS_RELATIVE_URL_ROOT', value: pghero.path });
    for (const probe of [container!.startupProbe, container!.readinessProbe, container!.livenessProbe]) {
      expect(probe!.httpGet).toEqual({ port: 'web', path: `${pghero.path}/health` });
    }
    expect(pghero.web.portNumber).toBe(8080);
  });

  it('knows every database by an address, without its password in the file', () => {
    const { charts } = changed({ databases: twoDatabases, developmentSecrets: undefined }).app;
    const file = objectsOf(charts.find(({ node }) => node.id === 'pghero')!).find(({ kind }) => kind === 'ConfigMap')
      .data['pghero.yml'];
    const login = "pghero:<%= ERB::Util.url_encode(ENV.fetch('ROLE_PASSWORD')) %>";
    expect(parse(file)).toEqual({
      disable_kill: true,
      explain: false,
      databases: {
        bss: { url: `postgres://${login}@postgres.bss.svc:5432/bss` },
        reports: { url: `postgres://${login}@postgres.bss.svc:5432/reports` },
      },
    });
  });
});
