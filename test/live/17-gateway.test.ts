import { execFileSync } from 'node:child_process';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { unless } from '../unless';
import { eventually, type Namespace } from './cluster';
import { type Answer, type Case, conformanceCases, EVERYWHERE, NOWHERE, type Request } from './gateway/cases';
import { GATEWAY_NAMESPACE, GatewayInstallation } from './gateway/installation';
import { remove, unavailableImage } from './installation';

// Before the tests are declared: whether they can run is part of their names.
remove(GATEWAY_NAMESPACE);
const SHAPES = { kind: new GatewayInstallation(kind), rehearsal: new GatewayInstallation(rehearsal) };
SHAPES.kind.apply();
const missing = unavailableImage(SHAPES.kind.namespace, 'kong');
const onKong = unless(missing);

afterAll(() => remove(GATEWAY_NAMESPACE));

const LIMIT = 1100;
/** The counter is raised after the answer, so that a few more may pass. */
const LATE = 10;

const asFrontend: Request = { method: 'GET', path: '/api/witness', headers: { apikey: 'frontend_api_key_123' } };
/** Far from its limit, which tests of another consumer's may have reached in this minute. */
const asMobile: Request = { ...asFrontend, headers: { apikey: 'mobile_api_key_456' } };

describe.each(Object.entries(SHAPES))('As %s has it', (_, gateway) => {
  const cases = conformanceCases(gateway.model);
  let answers: Answer[];

  beforeAll(() => {
    if (missing) return;
    remove(GATEWAY_NAMESPACE);
    gateway.apply();
    gateway.awaitReady();
    // One by one, each with a connection of its own, and all of them before the first is looked at.
    answers = gateway.ask(cases.map(({ request }) => request));
  });

  cases.forEach((each, index) => {
    onKong(`${each.sentence}: ${each.status}`, () => expectAnswer(each, answers[index]!));
  });

  onKong('nobody reaches the Admin API or the status port', () => {
    const [pod] = gateway.namespace.pods('app.kubernetes.io/name=kong');
    for (const port of [8001, 8444, 8002, 8445, 8100]) expect(gateway.connects(pod!.status.podIP!, port)).toBe(false);
    expect(gateway.connects(pod!.status.podIP!, 8000)).toBe(true);
  });

  onKong('no key is in a log, however it came,, the status of a pod or a ConfigMap', () => {
    const { namespace } = gateway;
    const log = namespace.run('logs', '-l', 'app.kubernetes.io/name=kong', '--all-containers', '--tail=-1');
    const texts = [log, namespace.run('describe', 'pods,configmaps')];
    for (const key of Object.values(gateway.model.keys)) for (const text of texts) expect(text).not.toContain(key);
  });

  onKong('what holds keys is in memory, and what is on the disk of the node has none of them', () => {
    const inKong = (script: string) =>
      gateway.namespace.run('exec', 'deployment/kong', '-c', 'kong', '--', 'sh', '-c', script).trim();
    const large: Request = { ...asFrontend, method: 'POST', body: 1024 * 1024 };
    gateway.ask(Object.values(gateway.model.keys).map((apikey) => ({ ...large, tls: true, headers: { apikey } })));
    const kept = inKong('grep -E " (/kong_prefix|/tmp|/run/kong|/bodies) " /proc/mounts | cut -d " " -f 2,3').split(
      '\n',
    );
    expect(kept).toEqual(expect.arrayContaining(['/kong_prefix tmpfs', '/tmp tmpfs']));
    expect(kept).not.toContain('/bodies tmpfs');
    const onDisk = kept.filter((line) => !line.endsWith(' tmpfs')).map((line) => line.split(' ')[0]);
    for (const key of Object.values(gateway.model.keys))
      expect(inKong(`grep -rlsF ${key} ${onDisk.join(' ')} /etc /usr/local/kong || true`)).toBe('');
  });

  onKong('each request is a line of JSON in the log, with what it can be found by', () => {
    const id = `find-${Date.now()}`;
    gateway.ask([{ method: 'GET', path: '/nobody?secret=1', headers: { 'X-Correlation-ID': id } }]);
    const line = eventually('the line', () => {
      const log = gateway.namespace.run('logs', '-l', 'app.kubernetes.io/name=kong', '-c', 'kong', '--tail=-1');
      return log.split('\n').find((each) => each.includes(id));
    });
    expect(JSON.parse(line)).toMatchObject({ correlation_id: id, status: '404', method: 'GET', path: '/nobody' });
  });
});

describe('As kind has it', () => {
  const gateway = SHAPES.kind;
  beforeAll(() => {
    if (missing) return;
    remove(GATEWAY_NAMESPACE);
    gateway.apply();
    gateway.awaitReady();
  });

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
    '1100 requests of a consumer pass in a minute, the next get 429, also at its other path, and others are not concerned',
    () => {
      expectLimit(gateway, asFrontend);
      expect(gateway.ask([{ ...asFrontend, path: '/tmf-api/witness' }])[0]!.status).toBe(429);
      expect(gateway.ask([asMobile])[0]!.status).toBe(200);
    },
  );

  onKong('a roll under load loses no request', async () => {
    const requests = Object.values(gateway.model.keys).map((apikey) => ({ ...asFrontend, headers: { apikey } }));
    const load = gateway.load(requests, 45, 40);
    gateway.restart();
    expect(await load).toMatchObject({ sent: 1800, failed: 0, failures: [] });
  });

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
});

describe('As rehearsal has it', () => {
  const gateway = SHAPES.rehearsal;
  const key = gateway.model.keys['bss-frontend']!;
  const secure: Request = { ...asFrontend, tls: true, headers: { apikey: key } };
  beforeAll(() => {
    if (missing) return;
    remove(GATEWAY_NAMESPACE);
    gateway.apply();
    gateway.awaitReady();
  });

  onKong('1100 requests of a consumer pass in a minute over all pods together', () => expectLimit(gateway, secure));

  onKong('requests pass uncounted while Redis is away, and are counted again when it is back', () => {
    gateway.namespace.run('scale', 'deployment/redis', '--replicas=0');
    gateway.namespace.run('wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/name=redis', '--timeout=60s');
    const [away] = gateway.ask([secure]);
    expect(away!.status).toBe(200);
    expect(away!.headers).not.toHaveProperty('ratelimit-remaining');
    const log = gateway.namespace.run('logs', '-l', 'app.kubernetes.io/name=kong', '-c', 'kong', '--tail=-1');
    expect(log).toContain('failed to get usage');
    gateway.namespace.run('scale', 'deployment/redis', '--replicas=1');
    gateway.namespace.awaitRollout('deployment/redis');
    eventually('counted requests', () => 'ratelimit-remaining' in gateway.ask([secure])[0]!.headers, 60);
  });

  onKong(
    'the configuration of a version is in a database of its own, and an apply that changes nothing does nothing',
    () => {
      const { namespace } = gateway;
      expect(databases(namespace)).toEqual([gateway.database]);
      const pods = () => namespace.pods('app.kubernetes.io/name=kong').map(({ metadata }) => metadata.uid);
      const before = pods();
      gateway.apply();
      gateway.awaitReady();
      expect(pods().sort()).toEqual(before.sort());
    },
  );

  onKong('while its database is away the gateway goes on for those whom it knows, and is not restarted', () => {
    const { namespace } = gateway;
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

  onKong('a roll of all pods under load loses no request', async () => {
    const requests = Object.values(gateway.model.keys).map((apikey) => ({ ...secure, headers: { apikey } }));
    const load = gateway.load(requests, 45, 60);
    gateway.restart();
    expect(await load).toMatchObject({ sent: 2700, failed: 0, failures: [] });
  });
});

describe('The database of rehearsal, which needs no Kong', () => {
  const gateway = SHAPES.rehearsal;
  const { namespace } = gateway;
  beforeAll(() => {
    remove(GATEWAY_NAMESPACE);
    gateway.apply();
    namespace.awaitRollout('statefulset/kong-db');
  });

  test('starts as restricted as everything else, and has the database that the Job made', () => {
    eventually('the database', () => databases(namespace).includes(gateway.database));
  });

  test('keeps new pods waiting until its version is complete, and the log says for what', () => {
    if (!missing) return;
    const [pod] = namespace.pods('app.kubernetes.io/name=kong');
    const waits = () => namespace.run('logs', pod!.metadata.name, '-c', 'await');
    eventually('the reason in the log', () => waits().includes(`to complete ${gateway.database}`));
    sql(namespace, `COMMENT ON DATABASE ${gateway.database} IS 'by a test'`);
    eventually('the end of the wait', () => waits().includes(`${gateway.database} was completed at by a test`));
  });
});

const sql = (namespace: Namespace, statement: string) =>
  namespace.exec('kong-db-0', 'psql', '-U', 'kong', '-d', 'postgres', '-Atc', statement);

const databases = (namespace: Namespace) =>
  sql(namespace, "SELECT datname FROM pg_database WHERE datname LIKE 'kong\\_%'").trim().split('\n');

function expectAnswer({ status, headers = {}, seen = {}, unseen = [], dressed = true }: Case, answer: Answer): void {
  expect([answer.status, answer.body]).toEqual([status, answer.body]);
  for (const [name, value] of Object.entries(headers))
    expect([name, answer.headers[name]]).toEqual([name, expect.stringMatching(value)]);
  if (dressed) expectDressed(answer);
  if (Object.keys(seen).length + unseen.length === 0) return;
  const { headers: seenHeaders, ...asked } = JSON.parse(answer.body);
  expect({ ...seenHeaders, ...asked }).toMatchObject(seen);
  for (const name of unseen) expect(seenHeaders).not.toHaveProperty(name);
}

function expectDressed({ headers }: Answer): void {
  for (const [name, value] of Object.entries(EVERYWHERE)) {
    expect([name, headers[name]]).toEqual([name, expect.stringMatching(value)]);
  }
  for (const name of NOWHERE) expect(headers).not.toHaveProperty(name);
}

function expectLimit(gateway: GatewayInstallation, request: Request): void {
  const { passed, passedFirst, lastPassed, firstRefused, seconds, oneMinute } = gateway.burst(
    request,
    LIMIT + 2 * LATE,
  );
  console.info(`${passed} requests passed in ${seconds.toFixed(1)} s`);
  expect({ passedFirst, oneMinute }).toEqual({ passedFirst: true, oneMinute: true });
  expect(passed).toBeGreaterThanOrEqual(LIMIT);
  expect(passed).toBeLessThanOrEqual(LIMIT + LATE);
  expect(lastPassed!.headers).toMatchObject({ 'ratelimit-limit': '1100', 'x-ratelimit-limit-minute': '1100' });
  expect(firstRefused).toMatchObject({
    status: 429,
    headers: { 'ratelimit-remaining': '0', 'retry-after': expect.stringMatching(/^\d+$/) },
  });
  expectDressed(firstRefused!);
}
