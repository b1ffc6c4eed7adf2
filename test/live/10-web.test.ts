import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boards } from '../../charts/observability/grafana/boards/all';
import { unavailableImage } from '../../cluster/installation';
import { kind } from '../../config/kind';
import { unless } from '../unless';
import { laptop } from './shared';

// Before the tests are declared: whether they can run is part of their names.
const bss = laptop();
const withoutAkhq = unavailableImage(bss, 'akhq');
const onAkhq = unless(withoutAkhq);
const onGrafana = unless(unavailableImage(bss, 'grafana'));
const withoutKong = unavailableImage(bss, 'kong');

const AKHQ = 'http://localhost:8083/akhq';
const basic = (user: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${user}-development`).toString('base64')}`,
});

function call(path: string, init: RequestInit = {}): Promise<Response> {
  // AKHQ refuses by sending people to its login page: followed, a refusal would look like success.
  return fetch(`${AKHQ}${path}`, { redirect: 'manual', ...init });
}

async function expectRefusal(response: Response): Promise<void> {
  expect([response.status, response.headers.get('location')]).toEqual([307, expect.stringContaining('/ui/login')]);
}

/** A token signed with a key of the attacker's choice, as AKHQ's shipped key would let anybody do. */
function forgedToken(key: string): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const body = `${part({ alg: 'HS256' })}.${part({ sub: 'admin', roles: ['topic/read'], exp: 4102444800 })}`;
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
}

const post = (user: string, path: string, content: object) =>
  call(path, {
    method: 'POST',
    headers: { ...basic(user), 'content-type': 'application/json' },
    body: JSON.stringify(content),
  });

onAkhq('nobody sees topics without a login', async () => {
  await expectRefusal(await call('/api/bss/topic'));
});

onAkhq('a token signed with the shipped key is refused', async () => {
  const cookie = `JWT=${forgedToken('pleasechangeme!'.repeat(16))}`;
  await expectRefusal(await call('/api/bss/topic', { headers: { cookie } }));
});

onAkhq('a reader sees the topics of the platform and no others', async () => {
  const response = await call('/api/bss/topic/name', { headers: basic('reader') });
  expect(response.status).toBe(200);
  const names = (await response.json()) as string[];
  expect(names).toEqual(expect.arrayContaining(kind.topics.map(({ name }) => name)));
  expect(names.filter((name) => !name.startsWith('bss.'))).toEqual([]);
});

onAkhq('a reader changes neither topics nor brokers', async () => {
  await expectRefusal(
    await post('reader', '/api/bss/topic', { name: 'bss.reader', partition: 1, replication: 1, configs: {} }),
  );
  await expectRefusal(await post('reader', '/api/bss/node/0/configs', { configs: { 'log.cleaner.threads': '2' } }));
  await expectRefusal(await call('/api/bss/topic/bss.events', { method: 'DELETE', headers: basic('reader') }));
});

onAkhq('an administrator makes and removes a topic', async () => {
  const made = await post('admin', '/api/bss/topic', { name: 'akhq-test', partition: 1, replication: 3, configs: {} });
  expect(made.status).toBe(200);
  const removed = await call('/api/bss/topic/akhq-test', { method: 'DELETE', headers: basic('admin') });
  expect(removed.status).toBe(204);
});

onAkhq('java is process 1, and only the two known ports listen: no remote JMX', () => {
  const [pod] = bss.pods('app.kubernetes.io/name=akhq');
  expect(bss.exec(pod!.metadata.name, 'cat', '/proc/1/comm').trim()).toBe('java');
  const LISTEN = '0A';
  const listening = bss
    .exec(pod!.metadata.name, 'cat', '/proc/net/tcp', '/proc/net/tcp6')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map((fields) => Number.parseInt(fields[1]!.split(':')[1]!, 16));
  expect([...new Set(listening)].sort()).toEqual([28081, 8080]);
});

onAkhq('nobody sees personal data, in keys or values, whoever they are', async () => {
  const value = {
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    tmForum: { street: 'Baker Street' },
    status: 'active',
  };
  const topic = '/api/bss/topic/bss.customer.events/data';
  const record = { key: '4917012345678', value: JSON.stringify(value), headers: [], multiMessage: false };
  expect((await post('admin', topic, record)).status).toBe(200);
  for (const user of ['reader', 'admin']) {
    const shown = await (await call(`${topic}?sort=NEWEST`, { headers: basic(user) })).text();
    expect(shown).toContain('active');
    expect(shown).not.toMatch(/Ada|ada@|Baker|49170/);
  }
});

onAkhq('a login ends with a logout: its cookie is taken back where it was given', async () => {
  const login = await call('/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'reader', password: 'reader-development' }),
  });
  expect(login.headers.getSetCookie().join()).toMatch(/^JWT=[^;]+;.*Path=\/akhq(;|$)/);
  // Without a path: the browser takes that of the request, /akhq.
  expect((await call('/logout')).headers.getSetCookie()[0]).toMatch(/^JWT=; Max-Age=0;(?!.*Path=)/);
});

onAkhq("a page loads nothing from elsewhere, and is in nobody's frame", async () => {
  const { headers } = await call('/api');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'self';.*frame-ancestors 'none'/);
});

onAkhq('its second port tells health and metrics and does nothing', () => {
  const [pod] = bss.pods('app.kubernetes.io/name=akhq');
  const ask = (method: string, path: string) =>
    bss
      .exec(
        pod!.metadata.name,
        'bash',
        '-c',
        `exec 3<>/dev/tcp/127.0.0.1/28081; printf '${method} /akhq/${path} HTTP/1.0\\r\\nContent-Length: 0\\r\\n\\r\\n' >&3; head -1 <&3`,
      )
      .split(' ')[1];
  expect(['health', 'prometheus'].map((path) => ask('GET', path))).toEqual(['200', '200']);
  expect(['env', 'beans', 'loggers', 'threaddump', 'metrics'].map((path) => ask('GET', path))).not.toContain('200');
  expect(['stop', 'refresh'].map((path) => ask('POST', path))).toEqual(['307', '307']);
});

describe('Grafana', () => {
  const GRAFANA = 'http://localhost:3001/grafana';
  const sent = (path: string, content: object) =>
    fetch(`${GRAFANA}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
    });

  onGrafana('shows every board to who has not logged in, each in its folder', async () => {
    const found = (await (await fetch(`${GRAFANA}/api/search?type=dash-db`)).json()) as Record<string, string>[];
    const listed = found.map(({ uid, title, folderTitle }) => `${folderTitle}: ${title} at ${uid}`);
    const expected = boards(kind).map(({ uid, title, folder }) => `${folder}: ${title} at ${uid}`);
    expect(listed.sort()).toEqual(expected.sort());
  });

  onGrafana('asks Prometheus for who has not logged in', async () => {
    const query = { refId: 'A', datasource: { uid: 'prometheus' }, expr: 'vector(1)', instant: true };
    expect((await sent('/api/ds/query', { queries: [query], from: 'now-5m', to: 'now' })).status).toBe(200);
  });

  onGrafana('lets nobody change a board without a login', async () => {
    expect((await sent('/api/dashboards/db', { dashboard: { title: 'Mine' } })).status).toBe(403);
  });
});

/** What the pages tell people to paste. */
const requests = ['README.md', 'docs/laptop.md']
  .map((page) => readFileSync(join(__dirname, '../..', page), 'utf8'))
  .join('\n')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.startsWith('curl') && line.includes('localhost:8000'));

describe.each(requests)('%s', (request) => {
  const throughGateway = unless(withoutKong ?? (request.includes('/akhq') ? withoutAkhq : undefined));
  const expected = request.match(/# (\d{3})/)?.[1] ?? '20[01]';

  throughGateway(`pasted from its page, is answered with ${expected}`, () => {
    const pasted = request.replace(/ *#.*/, '');
    const command = `${pasted} -sS -o /dev/null -w '%{http_code}'`;
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toMatch(new RegExp(`^${expected}$`));
  });
});

test('the pages have requests to the gateway', () => expect(requests.length).toBeGreaterThanOrEqual(4));
