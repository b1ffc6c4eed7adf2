import { gatewayErrors } from '../../../charts/gateway/kong/checks/checks';
import { MISREAD } from '../misread';
import { REFUSED } from '../refused';
import { right } from '../stand-in';
import { expectErrors, log, traces, upstream } from '../wrong';

// That Kong itself gives them the verdict of their table is a live test.

it('The gateway that the tables make wrong is right', () => {
  expect(gatewayErrors(right)).toEqual([]);
  for (const each of [log({}), traces({}), upstream({})]) expect(gatewayErrors(each)).toEqual([]);
});

it.each(REFUSED)('Kong refuses %s, and so does synth', (_, gateway, ...messages) => expectErrors(gateway, messages));

it.each(MISREAD)('Kong misreads %s, and synth refuses it', (_, gateway, ...messages) =>
  expectErrors(gateway, messages),
);

it('There are 40 rows that Kong refuses or more, 60 that it misreads, and none of them twice', () => {
  expect(REFUSED.length).toBeGreaterThanOrEqual(40);
  expect(MISREAD.length).toBeGreaterThanOrEqual(60);
  const names = [...REFUSED, ...MISREAD].map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
});
