import { GatewayInstallation } from '../../cluster/gateway/installation';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { unless } from '../unless';
import { askedBeforehand, expectLogged } from './asked';
import { http2Cases } from './hostile-http2';
import { MADE_UP } from './hostile-values';
import { exchangeHttp2, type Http2Answer } from './http2';
import type { Http2Case } from './http2-route';
import { KongServer, missing } from './kong-server';

const onKong = unless(missing);
const SHAPES = { kind: new GatewayInstallation(kind), rehearsal: new GatewayInstallation(rehearsal) };

describe.each(Object.entries(SHAPES))('Asked by a hostile client of HTTP/2 as %s has it', (_, installation) => {
  const server = new KongServer(installation);
  const cases = http2Cases(installation.model);
  const { answers, lines } = askedBeforehand(server, cases, ({ frames }) => exchangeHttp2(server.tlsPort, frames));

  cases.forEach((each, index) => {
    onKong(`${each.sentence}: ${each.status ?? 'no answer'}`, () => expectAnswer(each, answers[index]!));
  });

  onKong('the log has real methods and paths, no consumer but whom the key says, and nothing that was made up', () => {
    for (const { sentence, status, logged, agent } of cases) {
      if (!logged) continue;
      const line = lines.find(({ user_agent }) => user_agent === agent);
      // Refused before its other fields were read, the agent among them.
      if (!line && status === 400) continue;
      expectLogged(sentence, status, logged, line);
    }
    const text = JSON.stringify(lines);
    for (const secret of [MADE_UP, 'smuggled', 'kong_error_handler', ...Object.values(installation.model.keys)])
      expect(text).not.toContain(secret);
  });
});

function expectAnswer({ status, consumer }: Http2Case, answer: Http2Answer): void {
  expect([answer.status, answer]).toEqual([status, expect.anything()]);
  if (status === undefined) expect([answer.reset ?? answer.goAway, answer]).toEqual([expect.any(Number), answer]);
  expect(answer.body.replaceAll(/"path": "[^"]*"/g, '')).not.toContain(MADE_UP);
  if (consumer === undefined) return;
  const { headers } = JSON.parse(answer.body);
  expect(headers['x-consumer-username'] ?? null).toBe(consumer);
  for (const name of ['apikey', 'te', 'transfer-encoding', 'keep-alive', 'proxy-connection'])
    expect(headers).not.toHaveProperty([name]);
}
