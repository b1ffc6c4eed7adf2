import { GatewayInstallation } from '../../cluster/gateway/installation';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { EVERYWHERE, NOWHERE } from '../live/gateway/dressed';
import { unless } from '../unless';
import { askedBeforehand, expectLogged } from './asked';
import { agentOf, type HostileCase, hostileCases } from './hostile';
import { MADE_UP } from './hostile-values';
import { KongServer, missing } from './kong-server';

const onKong = unless(missing);
const SHAPES = { kind: new GatewayInstallation(kind), rehearsal: new GatewayInstallation(rehearsal) };

test('The hostile suite has 150 cases or more for each shape, none of them twice', () => {
  for (const { model } of Object.values(SHAPES)) {
    const sentences = hostileCases(model).map(({ sentence }) => sentence);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(sentences.length).toBeGreaterThanOrEqual(150);
  }
});

describe.each(Object.entries(SHAPES))('Asked by a hostile client as %s has it', (_, installation) => {
  const server = new KongServer(installation);
  const cases = hostileCases(installation.model);
  const { answers, lines } = askedBeforehand(server, cases, (each) => server.send(each));

  cases.forEach((each, index) => {
    onKong(`${each.sentence}: ${each.status}`, () => expectAnswer(each, answers[index]!));
  });

  onKong(
    'every request is a line of the log, with its real method and path, and with no consumer but whom the key says',
    () => {
      for (const [index, { sentence, status, logged }] of cases.entries()) {
        const line = lines.find(
          ({ user_agent = '' }) =>
            `${user_agent} `.startsWith(`${agentOf(index)} `) || user_agent === `${agentOf(index)}…`,
        );
        // Before nginx has read the agent, it is not there to be logged.
        if (!line) {
          expect([sentence, [400, 414, 505].includes(status)]).toEqual([sentence, true]);
          continue;
        }
        expectLogged(sentence, status, logged, line);
      }
      expect(lines.length).toBe(cases.length);
    },
  );

  onKong('no log has the query or anything that was made up, and none has a key', () => {
    const text = server.read('access.log').toString('latin1');
    for (const secret of [MADE_UP, 'kong_error_handler', 'secret=', ...Object.values(installation.model.keys)])
      expect(text).not.toContain(secret);
    const errors = server.read('prefix/logs/error.log').toString('latin1');
    for (const key of Object.values(installation.model.keys)) expect(errors).not.toContain(key);
  });
});

function expectAnswer({ status, consumer, headers = {} }: HostileCase, answer: string): void {
  const statuses = [...answer.matchAll(/^HTTP\/1\.[01] (\d+)/gm)].map(([, each]) => Number(each));
  expect([statuses, answer.slice(0, 2000)]).toEqual([[status], expect.anything()]);
  const [head, ...rest] = answer.split('\r\n\r\n');
  const sent = head!
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(/: ?(.*)/s) as [string, string]);
  const valuesOf = (name: string) => sent.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
  for (const [name, value] of Object.entries(headers))
    expect([name, valuesOf(name)]).toEqual([name, value === null ? [] : [expect.stringMatching(value)]]);
  for (const name of NOWHERE) expect([name, valuesOf(name)]).toEqual([name, []]);
  expect(valuesOf('ratelimit-remaining').length).toBeLessThanOrEqual(1);
  expect(answer.replaceAll(/"path": "[^"]*"/g, '')).not.toContain(MADE_UP);
  if (consumer === undefined) return;
  for (const [name, value] of Object.entries(EVERYWHERE))
    expect([name, valuesOf(name)]).toEqual([name, [expect.stringMatching(value)]]);
  const body = rest.join('\r\n\r\n');
  const seen = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
  expect(seen.headers['x-consumer-username'] ?? null).toBe(consumer);
  expect(seen.headers).not.toHaveProperty('apikey');
}
