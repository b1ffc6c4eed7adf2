import { KEY_HEADER } from '../../charts/gateway/kong/plugins';
import { NEXT_TRY_SECONDS } from '../../charts/gateway/kong/policies';
import { GatewayInstallation } from '../../cluster/gateway/installation';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { effectivePlugin, routesOf } from '../../docs/effective';
import { pathOf } from '../live/gateway/cases';
import { exactly } from '../live/gateway/dressed';
import { unless } from '../unless';
import { DroppingService, FAILURES, type Failure } from './dropping-service';
import { KongServer, missing } from './kong-server';

const onKong = unless(missing);
const SHAPES = { kind: new GatewayInstallation(kind), rehearsal: new GatewayInstallation(rehearsal) };
/** What may be done twice: no more comes of it than of once. */
const IDEMPOTENT = ['GET', 'PUT', 'DELETE'];
const METHODS = [...IDEMPOTENT, 'POST', 'PATCH'];
/** Of a machine that does much else. */
const SLACK_SECONDS = 3;

interface DroppedCase {
  readonly agent: string;
  readonly failure: Failure;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** How often the service may see it. */
  readonly times: readonly number[];
  readonly seconds: number;
  /** Whether it comes on a connection that the gateway has kept from another one. */
  readonly kept: boolean;
}

function droppedCases({ model }: GatewayInstallation): DroppedCase[] {
  return routesOf(model.configuration).flatMap(({ service, route }) => {
    if (effectivePlugin(model.configuration, service, 'ip-restriction')) return [];
    return (Object.keys(FAILURES) as Failure[]).flatMap((failure) =>
      METHODS.flatMap((method) =>
        [false, true].flatMap((kept) => {
          const timeout = service.read_timeout / 1000;
          const silent = failure === 'silent';
          // Operators' pages may take longer than is worth waiting for.
          if (silent && (kept || timeout > 10)) return [];
          const answered = failure === 'half-a-body' || failure === 'well';
          const again = IDEMPOTENT.includes(method) && !answered && !(silent && timeout > NEXT_TRY_SECONDS);
          // A kept connection that turns out to be closed counts as no try.
          const most = again ? 1 + service.retries + (kept ? 1 : 0) : 1;
          return {
            ...{ agent: `${route.name}-${failure}-${method}-${kept}`, failure, method, kept },
            path: `${pathOf(route.paths[0])}/${failure}`,
            status: answered ? 200 : silent ? 504 : 502,
            times: Array.from({ length: most - (again ? service.retries : 0) }, (_, index) => most - index),
            seconds: (silent ? timeout : 0) + SLACK_SECONDS,
          };
        }),
      ),
    );
  });
}

describe.each(Object.entries(SHAPES))(
  'Before services that drop what they are asked, as %s has it',
  (_, installation) => {
    const server = new KongServer(installation);
    const service = new DroppingService();
    const cases = droppedCases(installation);
    const answers = new Map<DroppedCase, { text: string; seconds: number }>();
    let lines: Record<string, string>[];

    const ask = async ({ agent, method, path }: Pick<DroppedCase, 'agent' | 'method' | 'path'>) => {
      const { configuration, keys } = installation.model;
      const { route } = routesOf(configuration).find((each) => path.startsWith(`${pathOf(each.route.paths[0])}/`))!;
      const headers = [
        ...[`Host: ${route.hosts[0]}`, `User-Agent: ${agent}`, `${KEY_HEADER}: ${Object.values(keys)[0]}`],
        ...['Connection: close', ...(method === 'GET' ? [] : ['Content-Length: 4'])],
      ];
      const bytes = `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${method === 'GET' ? '' : 'body'}`;
      const begun = performance.now();
      const text = await server.send({ bytes, tls: 'https_redirect_status_code' in route });
      return { text, seconds: (performance.now() - begun) / 1000 };
    };

    beforeAll(async () => {
      if (missing) return;
      await server.start(await service.start());
      // One after the other, as whoever comes meanwhile could take the connection that was kept; those that wait, together.
      for (const each of cases.filter(({ failure }) => failure !== 'silent')) {
        await service.hangUp();
        if (each.kept) await ask({ ...each, agent: 'before', path: each.path.replace(/[\w-]+$/, 'well') });
        answers.set(each, await ask(each));
      }
      const silent = cases.filter(({ failure }) => failure === 'silent');
      await Promise.all(silent.map(async (each) => answers.set(each, await ask(each))));
      lines = await server.accessLog();
    }, 120_000);
    afterAll(() => {
      if (missing) return;
      server.stop();
      service.stop();
    });

    for (const each of cases) {
      const { failure, method, path, status, times, seconds, kept, agent } = each;
      const sentence = `${method} ${path}${kept ? ' on a kept connection' : ''} is sent ${times.join(' or ')} times: ${status}`;
      onKong(sentence, () => {
        const answer = answers.get(each)!;
        expect(answer.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(times).toContain(service.asked.get(agent));
        expect(answer.seconds).toBeLessThan(seconds);
        if (failure === 'half-a-body') expect(answer.text).toMatch(/begun$/);
        expect(lines.filter(({ user_agent }) => user_agent === agent)).toEqual([
          expect.objectContaining({ method, path: expect.stringMatching(exactly(path)), status: `${status}` }),
        ]);
      });
    }
  },
);
