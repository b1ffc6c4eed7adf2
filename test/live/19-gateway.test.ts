import { eventually } from '../../cluster/eventually';
import { GATEWAY_NAMESPACE } from '../../cluster/gateway/installation';
import type { Request } from '../../cluster/gateway/requests';
import { abandon } from '../../cluster/installation';
import { unless } from '../unless';
import { asFrontend, conforms } from './gateway/conformance';
import { expectDressed } from './gateway/dressed';
import { expectLimit, expectRollLosesNothing } from './gateway/operation';
import { withoutDatabase as gateway, missingKong } from './gateway/shapes';

const missing = missingKong();
const onKong = unless(missing);

beforeAll(() => {
  if (!missing) gateway.awaitReady();
});
afterAll(() => abandon(GATEWAY_NAMESPACE));

/** Far from its limit, which tests of another consumer's may have reached in this minute. */
const asMobile: Request = { ...asFrontend, headers: { apikey: 'mobile_api_key_456' } };

conforms(gateway, missing);

onKong('Kong itself finds nothing wrong with the file that it runs', () => {
  const verdict = gateway.namespace.run(
    'exec',
    'deployment/kong',
    '--',
    'kong',
    'config',
    'parse',
    '/run/kong/kong.yml',
  );
  expect(verdict).toContain('parse successful');
});

onKong("the original's own commands work as they are printed", () => {
  const path = '/api/customers?page=0&size=10';
  const answers = gateway.ask(
    ['frontend_api_key_123', 'mobile_api_key_456', 'partner_api_key_789'].map((apikey) => ({
      method: 'GET',
      path,
      headers: { apikey },
    })),
  );
  for (const { status, body } of answers) expect([status, JSON.parse(body).path]).toEqual([200, path]);
});

onKong(
  'a consumer has so many requests a minute as the model says, the next get 429, also at its other path, and others are not concerned',
  () => {
    expectLimit(gateway, asFrontend);
    expect(gateway.ask([{ ...asFrontend, path: '/tmf-api/witness' }])[0]!.status).toBe(429);
    expect(gateway.ask([asMobile])[0]!.status).toBe(200);
  },
);

onKong('a roll under load loses no request', () => expectRollLosesNothing(gateway, asFrontend, 40));

onKong('a request that has begun is answered, although its pod is told to go', async () => {
  const slow = { ...asFrontend, path: '/api/slow?seconds=7' };
  const load = gateway.load([slow], 2, 5);
  gateway.restart();
  expect(await load).toMatchObject({ sent: 10, failed: 0, failures: [] });
});

onKong('a key is changed without an interruption', async () => {
  const [old, fresh] = ['mobile_api_key_456', 'mobile_api_key_456_next'];
  const statusOf = (apikey: string) => gateway.ask([{ ...asFrontend, headers: { apikey } }])[0]!.status;
  expect([statusOf(old), statusOf(fresh)]).toEqual([200, 401]);
  const load = gateway.load([{ ...asFrontend, headers: { apikey: old } }], 10, 30);
  gateway.setKeys({ 'bss-mobile': `${old}\n${fresh}` });
  expect([statusOf(old), statusOf(fresh)]).toEqual([200, 200]);
  expect(await load).toMatchObject({ failed: 0 });
  gateway.setKeys({ 'bss-mobile': fresh });
  expect([statusOf(old), statusOf(fresh)]).toEqual([401, 200]);
  gateway.setKeys({ 'bss-mobile': old });
});

onKong('a key that is too short keeps new pods from starting, the old one serves, and the status says why', () => {
  const { namespace } = gateway;
  namespace.run('patch', 'secret', 'kong-keys', '-p', JSON.stringify({ stringData: { 'bss-partner': 'tooshort' } }));
  namespace.run('rollout', 'restart', 'deployment/kong');
  eventually('the reason in the status', () =>
    /KEYS_BSS_PARTNER has a key of 8 characters/.test(
      namespace.run('describe', 'pods', '-l', 'app.kubernetes.io/name=kong'),
    ),
  );
  expect(namespace.run('describe', 'pods')).not.toContain('tooshort');
  expect(gateway.ask([asMobile])[0]!.status).toBe(200);
  gateway.setKeys({ 'bss-partner': gateway.model.keys['bss-partner']! });
});

onKong('a service that answers 503 is asked once, and the answer is passed on with all headers', () => {
  const [answer] = gateway.ask([{ ...asFrontend, path: '/api/witness?status=503' }]);
  expect(answer!.status).toBe(503);
  expectDressed(answer!);
});
