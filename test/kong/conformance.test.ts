import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayInstallation } from '../../cluster/gateway/installation';
import type { Answer, Request } from '../../cluster/gateway/requests';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { routesOf } from '../../docs/effective';
import { freePort } from '../free-port';
import { conformanceCases } from '../live/gateway/cases';
import { withPython } from '../unless';

// Processes of their own take seconds on a busy machine.
jest.setTimeout(120_000);

const installations = [kind, rehearsal].map((environment) => new GatewayInstallation(environment));
const all = installations.map(({ model }) => conformanceCases(model));

describe('The conformance suite', () => {
  it('has 60 cases or more, none of them twice', () => {
    for (const cases of all) {
      const sentences = cases.map(({ sentence }) => sentence);
      expect(new Set(sentences).size).toBe(sentences.length);
    }
    expect(all.flat().length).toBeGreaterThanOrEqual(60);
  });

  it.each([
    'no key',
    'a wrong key',
    'made up',
    'above the limit',
    'in chunks',
    'preflight',
    'only begins',
    'TLS|plain HTTP',
  ])('asks every route with: %s', (kindOfRequest) => {
    installations.forEach(({ model }, index) => {
      for (const { route } of routesOf(model.configuration)) {
        const asked = all[index]!.filter(({ sentence }) =>
          new RegExp(`^${route.name}: .*(${kindOfRequest})`).test(sentence),
        );
        expect([route.name, asked.length > 0]).toEqual([route.name, true]);
      }
    });
  });

  it("asks with each consumer's key", () => {
    for (const cases of all)
      expect(cases.filter(({ sentence }) => /^api: the key of bss-/.test(sentence))).toHaveLength(3);
  });

  it.each([
    ['kind', 0, 'api: no key', 401],
    ['kind', 0, 'page: no key', 200],
    ['kind', 0, 'nothing is at /actuator', 404],
    ['production', 1, 'page: no key', 403],
    ['production', 1, 'page: an address that somebody made up', 403],
    ['production', 1, 'api: plain HTTP', 308],
    ['production', 1, 'api: a body above the limit in chunks', 413],
  ])('knows from the model that in the shape of %s (%i) %s means %i', (_, index, sentence, status) => {
    expect(all[index]!.find((each) => each.sentence === sentence)).toMatchObject({ status });
  });
});

describe('What asks, and what answers in place of services', () => {
  let service: ChildProcess;
  let port: number;
  const program = (name: string) => join(__dirname, '../../cluster/gateway', name);

  beforeAll(async () => {
    port = await freePort();
    service = spawn('python3', ['-B', program('echo.py'), `${port}`], { stdio: 'inherit' });
    while ((await ask([{ method: 'GET', path: '/' }]))[0]!.status === 0)
      await new Promise((resolve) => setTimeout(resolve, 100));
  });
  afterAll(() => service.kill());

  const client = async (question: unknown, mode: string, ...args: (string | number)[]) => {
    const command = ['-B', program('client.py'), mode, '127.0.0.1', ...args.map(String)];
    const asked = promisify(execFile)('python3', command);
    asked.child.stdin!.end(JSON.stringify(question));
    const { stdout, stderr } = await asked;
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  };
  const ask = (requests: Request[]): Promise<Answer[]> => client(requests, 'ask', port, 1);

  withPython('understand each other about paths, headers, and bodies of known and of unknown length', async () => {
    const answers = await ask([
      { method: 'GET', path: '/api/../actuator', headers: { apikey: 'x', Host: 'shop.example' } },
      { method: 'POST', path: '/a', body: 1_000_000 },
      { method: 'POST', path: '/a', body: 1_000_000, chunked: true },
    ]);
    const seen = answers.map(({ body }) => JSON.parse(body));
    expect(seen[0]).toMatchObject({
      method: 'GET',
      path: '/api/../actuator',
      headers: { apikey: 'x', host: 'shop.example' },
    });
    expect(seen[1]).toMatchObject({ length: 1_000_000, headers: { 'content-length': '1000000' } });
    expect(seen[2]).toMatchObject({ length: 1_000_000, headers: { 'transfer-encoding': 'chunked' } });
    expect(seen[2].headers).not.toHaveProperty('content-length');
    expect(answers[0]!.headers).toMatchObject({ 'x-frame-options': 'SAMEORIGIN' });
  });

  withPython('count what failed under load, and what took too long is no reason to ask less', async () => {
    const requests = ['/a?seconds=0.5', '/a?status=503'].map((path) => ({ method: 'GET', path }));
    const [each, kept, closed] = await Promise.all([
      client(requests, 'load', port, 20, 1),
      client(requests.slice(0, 1), 'load', port, 20, 1, 'keepalive'),
      client(requests, 'load', 1, 5, 1),
    ]);
    expect(each).toMatchObject({ sent: 20, failed: 10 });
    expect(kept).toMatchObject({ sent: 20, failed: 0 });
    expect(closed).toMatchObject({
      sent: 5,
      failed: 5,
      failures: expect.arrayContaining([expect.stringContaining('refused')]),
    });
  });
});
