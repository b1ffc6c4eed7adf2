import { Kong, type KongProps } from '../../charts/gateway/kong/kong';
import { api, operatorsPage } from '../../charts/gateway/kong/policies';
import { kind } from '../../config/kind';
import { RequiredSecret } from '../../lib/secret';
import { environmentCalled } from '../environments';
import { Example, Pods } from '../example';
import { Manifests } from '../manifests';

export const [onKind, inProduction] = [environmentCalled('kind').manifests, environmentCalled('production').manifests];

/** A gateway before stand-ins for a backend. */
export function gateway(change: Partial<KongProps> = {}) {
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

export const podOf = (manifests: Manifests) => manifests.find('Deployment', 'kong').spec.template.spec;
export const settings = (manifests: Manifests): Record<string, string | undefined> =>
  Object.fromEntries((podOf(manifests).containers[0]!.env ?? []).map(({ name, value }) => [name, value]));

export const everyService = (manifests: Manifests) =>
  (manifests.app.node.findChild('kong') as Kong).configuration.services;
