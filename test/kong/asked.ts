import type { Logged } from './hostile';
import { type KongServer, missing } from './kong-server';

type Line = Record<string, string>;

/** Asks a gateway of a suite's own for each case, eight at a time, before the tests; there is nothing where there is no Kong. */
export function askedBeforehand<Case, Answer>(server: KongServer, cases: Case[], ask: (each: Case) => Promise<Answer>) {
  const answers: Answer[] = [];
  const lines: Line[] = [];
  beforeAll(async () => {
    if (missing) return;
    await server.start();
    const left = [...cases.entries()];
    const askOnAndOn = async () => {
      for (let next = left.shift(); next; next = left.shift()) answers[next[0]] = await ask(next[1]);
    };
    await Promise.all(Array.from({ length: 8 }, askOnAndOn));
    lines.push(...(await server.accessLog()));
  }, 120_000);
  afterAll(() => (missing ? undefined : server.stop()));
  return { answers, lines };
}

/** The line of the log says of the request what it really was. */
export function expectLogged(sentence: string, status: number | undefined, logged: Logged, line?: Line): void {
  expect([sentence, line]).toMatchObject([
    sentence,
    {
      status: `${status}`,
      ...(logged.method && { method: logged.method }),
      ...(logged.path && { path: expect.stringMatching(logged.path) }),
      ...(logged.consumer !== undefined && { consumer: logged.consumer }),
    },
  ]);
}
