import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeFailure } from '../src/database/describe-failure.ts';
import { failure } from './failure.ts';

describe('failures of the database', () => {
  const place = { host: 'pgbouncer', port: 6432, database: 'bss', user: 'bss' };

  const logins = [
    failure('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
    failure('SASL authentication failed', { code: '08P01', severity: 'FATAL' }),
    failure('password authentication failed for user "bss"', { code: '28P01', severity: 'FATAL' }),
    failure('no such user: bss', { code: '08P01', severity: 'FATAL' }),
    failure('database "bss" does not exist', { code: '3D000', severity: 'FATAL' }),
  ];
  for (const error of logins) {
    test(`a login that ends with "${error.message}" is told in one short line: who, where, and what to look at`, () => {
      assert.equal(
        describeFailure(error, place),
        `role bss, database bss at pgbouncer:6432: ${error.message}: look whether DATABASE_PASSWORD (or the first line of its ` +
          'file) is the password of this role, and the role may use this database',
      );
    });
  }

  test('a failure without a message is told by its code, and a long one is cut', () => {
    // As Node has it of a host with several addresses.
    const many = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    assert.equal(describeFailure(many, place), 'role bss, database bss at pgbouncer:6432: ECONNREFUSED');
    assert.ok(describeFailure(failure('x\n'.repeat(1000), { code: '57P01' }), place).length < 300);
  });
});
