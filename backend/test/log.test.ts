import assert from 'node:assert/strict';
import { beforeEach, describe, mock, test } from 'node:test';
import { pino } from 'pino';
import { describeFailure, FailureLog } from '../src/log.ts';

describe('log', () => {
  const place = { host: 'pgbouncer', port: 6432, database: 'bss', user: 'bss' };
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) });
  beforeEach(() => void lines.splice(0));
  const failure = (message: string, more: object = {}) => Object.assign(new Error(message), more);

  const logins = [
    failure('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
    failure('SASL authentication failed', { code: '08P01', severity: 'FATAL' }),
    failure('password authentication failed for user "bss"', { code: '28P01', severity: 'FATAL' }),
    failure('no such user: bss', { code: '08P01', severity: 'FATAL' }),
    failure('database "bss" does not exist', { code: '3D000', severity: 'FATAL' }),
  ];
  for (const error of logins) {
    test(`a login that ends with "${error.message}" is told in one short line: who, where, and what to look at`, () => {
      new FailureLog(log, place).tell(error, 'the outbox is not sent');
      const [line] = lines;
      assert.equal(
        line!['reason'],
        `role bss, database bss at pgbouncer:6432: ${error.message}: look whether DATABASE_PASSWORD (or the first line of its ` +
          'file) is the password of this role, and the role may use this database',
      );
      assert.equal(line!['err'], undefined);
      assert.ok(JSON.stringify(line).length < 400);
    });
  }

  test('a failure that repeats is told once, again when it says something else, and every half minute', () => {
    mock.timers.enable({ apis: ['Date'] });
    try {
      const failures = new FailureLog(log, place);
      const refused = failure('connect ECONNREFUSED 10.0.0.1:6432', { code: 'ECONNREFUSED' });
      for (let second = 0; second < 45; second += 1) {
        failures.tell(refused, 'not yet');
        mock.timers.tick(1000);
      }
      assert.deepEqual(
        lines.map(({ untold = 0 }) => untold),
        [0, 29],
      );
      failures.tell(logins[2], 'not yet');
      failures.tell(refused, 'not yet');
      assert.equal(lines.length, 4);
      failures.tell(refused, 'not yet');
      failures.forget();
      failures.tell(refused, 'not yet');
      assert.equal(lines.length, 5, 'after a success the same failure is a new one');
    } finally {
      mock.timers.reset();
    }
  });

  test('a bug keeps its stack, and a failure without a message its code', () => {
    new FailureLog(log, place).tell(new TypeError('x is not a function'), 'not yet', { consumer: 'audit' });
    const { err, consumer } = lines[0] as { err: { stack: string }; consumer: string };
    assert.match(err.stack, /TypeError: x is not a function\n.*log\.test/);
    assert.equal(consumer, 'audit');
    // As Node has it of a host with several addresses.
    const many = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    assert.equal(describeFailure(many, place), 'role bss, database bss at pgbouncer:6432: ECONNREFUSED');
    assert.ok(describeFailure(failure('x\n'.repeat(1000), { code: '57P01' }), place).length < 300);
  });
});
