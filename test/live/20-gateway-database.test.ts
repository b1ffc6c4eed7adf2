import { execFileSync } from 'node:child_process';
import { eventually } from '../../cluster/eventually';
import { GATEWAY_NAMESPACE } from '../../cluster/gateway/installation';
import type { Request } from '../../cluster/gateway/requests';
import { abandon, remove } from '../../cluster/installation';
import { unless } from '../unless';
import { asFrontend, conforms } from './gateway/conformance';
import { expectLimit, expectRollLosesNothing } from './gateway/operation';
import { withDatabase as gateway, missingKong } from './gateway/shapes';

const missing = missingKong();
const onKong = unless(missing);
const { namespace } = gateway;
const secure: Request = { ...asFrontend, tls: true, headers: { apikey: gateway.model.keys['bss-frontend']! } };

beforeAll(() => {
  remove(GATEWAY_NAMESPACE);
  gateway.apply();
  namespace.awaitRollout('statefulset/kong-db');
  if (!missing) gateway.awaitReady();
});
afterAll(() => abandon(GATEWAY_NAMESPACE));

conforms(gateway, missing);

onKong('a consumer has so many requests a minute as the model says, over all pods together', () =>
  expectLimit(gateway, secure),
);

onKong('requests pass uncounted while Redis is away, and are counted again when it is back', () => {
  namespace.run('scale', 'deployment/redis', '--replicas=0');
  namespace.run('wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/name=redis', '--timeout=60s');
  const [away] = gateway.ask([secure]);
  expect(away!.status).toBe(200);
  expect(away!.headers).not.toHaveProperty('ratelimit-remaining');
  const log = namespace.run('logs', '-l', 'app.kubernetes.io/name=kong', '-c', 'kong', '--tail=-1');
  expect(log).toContain('failed to get usage');
  namespace.run('scale', 'deployment/redis', '--replicas=1');
  namespace.awaitRollout('deployment/redis');
  eventually('counted requests', () => 'ratelimit-remaining' in gateway.ask([secure])[0]!.headers, 60);
});

onKong(
  'the configuration of a version is in a database of its own, and an apply that changes nothing does nothing',
  () => {
    expect(databases()).toEqual([gateway.database]);
    const pods = () => namespace.pods('app.kubernetes.io/name=kong').map(({ metadata }) => metadata.uid);
    const before = pods();
    gateway.apply();
    gateway.awaitReady();
    expect(pods().sort()).toEqual(before.sort());
  },
);

onKong('while its database is away the gateway goes on for those whom it knows, and is not restarted', () => {
  const restarts = () =>
    namespace.pods('app.kubernetes.io/name=kong').map(({ metadata }) => namespace.restarts(metadata.name));
  // Every pod must have seen the key.
  for (let time = 0; time < 20; time++) gateway.ask([secure]);
  namespace.run('scale', 'statefulset/kong-db', '--replicas=0');
  namespace.run('wait', '--for=delete', 'pod/kong-db-0', '--timeout=120s');
  // Longer than liveness would bear.
  for (let time = 0; time < 12; time++) {
    execFileSync('sleep', ['5']);
    expect(gateway.ask([secure])[0]!.status).toBe(200);
  }
  expect(restarts()).toEqual([0, 0]);
  namespace.run('rollout', 'restart', 'deployment/kong');
  const waiting = eventually('a pod that waits', () =>
    namespace.pods('app.kubernetes.io/name=kong').find(({ status }) => status.phase === 'Pending'),
  );
  namespace.awaitLog(waiting.metadata.name, /Waiting for kong-db/);
  expect(gateway.ask([secure])[0]!.status).toBe(200);
  namespace.run('scale', 'statefulset/kong-db', '--replicas=1');
  namespace.awaitRollout('deployment/kong');
  expect(gateway.ask([secure])[0]!.status).toBe(200);
});

onKong('a roll of all pods under load loses no request', () => expectRollLosesNothing(gateway, secure, 60));

test('the database starts as restricted as everything else, and has the database that the Job made', () => {
  eventually('the database', () => databases().includes(gateway.database));
});

const withoutKong = unless(missing ? undefined : 'Kong is here, and completes it');
withoutKong('new pods wait until the database of their version is complete, and the log says for what', () => {
  const [pod] = namespace.pods('app.kubernetes.io/name=kong');
  const waits = () => namespace.run('logs', pod!.metadata.name, '-c', 'await');
  eventually('the reason in the log', () => waits().includes(`to complete ${gateway.database}`));
  sql(`COMMENT ON DATABASE ${gateway.database} IS 'by a test'`);
  eventually('the end of the wait', () => waits().includes(`${gateway.database} was completed at by a test`));
});

const sql = (statement: string) =>
  namespace.exec('kong-db-0', 'psql', '-U', 'kong', '-d', 'postgres', '-Atc', statement);

const databases = () => sql("SELECT datname FROM pg_database WHERE datname LIKE 'kong\\_%'").trim().split('\n');
