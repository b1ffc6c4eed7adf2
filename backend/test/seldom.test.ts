import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { pino } from 'pino';
import { Seldom } from '../src/seldom.ts';

test('what fails every second is said when it begins, when it changes, and twice a minute', () => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const said: string[] = [];
  const seldom = new Seldom(pino({ base: null }, { write: (line) => void said.push(JSON.parse(line).msg) }));
  for (let second = 0; second < 60; second += 1) {
    seldom.warn('ECONNREFUSED', 'not sent');
    seldom.warn('ECONNREFUSED', 'not read');
    if (second > 40) seldom.warn('ECONNRESET', 'not read');
    mock.timers.tick(1000);
  }
  mock.timers.reset();
  const [sent, read] = ['not sent: ECONNREFUSED', 'not read: ECONNREFUSED'];
  assert.deepEqual(said, [sent, read, sent, read, 'not read: ECONNRESET']);
});
