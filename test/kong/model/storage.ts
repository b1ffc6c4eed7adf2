import { Size } from 'cdk8s';
import type { KongProps } from '../../../charts/gateway/kong/kong';
import { kind } from '../../../config/kind';
import { gateway, inProduction, onKind, podOf, settings } from '../gateway';

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
