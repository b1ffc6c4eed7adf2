import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { causeOf, isTransient } from '../src/database/transient.ts';
import { failure } from './failure.ts';

describe('causes', () => {
  /** What failed, and what it says about the statement. */
  const causes: [string, Error, ReturnType<typeof causeOf>][] = [
    ['a server that is not there', failure('connect ECONNREFUSED', { code: 'ECONNREFUSED' }), 'away'],
    ['a name that DNS does not know yet', failure('getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' }), 'away'],
    ['DNS that does not answer', failure('getaddrinfo EAI_AGAIN', { code: 'EAI_AGAIN' }), 'away'],
    ['a pool without a free connection', failure('timeout exceeded when trying to connect'), 'away'],
    ['a server that does not greet', failure('Connection terminated due to connection timeout'), 'away'],
    [
      'a login that pg cannot make',
      failure('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
      'away',
    ],
    ['a password that is being changed', failure('password authentication failed', { code: '28P01' }), 'away'],
    ['a database that is being made', failure('database "bss" does not exist', { code: '3D000' }), 'away'],
    ['a standby', failure('cannot execute INSERT in a read-only transaction', { code: '25006' }), 'away'],
    ['too many connections', failure('sorry, too many clients already', { code: '53300' }), 'away'],
    ['a full disk', failure('could not extend file', { code: '53100' }), 'away'],
    ['a disk that fails', failure('could not read block', { code: '58030' }), 'away'],
    ['a table that is not there yet', failure('relation "x" does not exist', { code: '42P01' }), 'unready'],
    ['a column that is not there yet', failure('column "x" does not exist', { code: '42703' }), 'unready'],
    ['a right that is not there yet', failure('permission denied for table x', { code: '42501' }), 'unready'],
    ['a connection that was cut', failure('read ECONNRESET', { code: 'ECONNRESET' }), 'lost'],
    ['a pipe that broke', failure('write EPIPE', { code: 'EPIPE' }), 'lost'],
    ['a server that stops', failure('terminating connection due to administrator command', { code: '57P01' }), 'lost'],
    ['a server that crashed', failure('terminating connection because of crash', { code: '57P02' }), 'lost'],
    ['a connection that ended', failure('Connection terminated unexpectedly'), 'lost'],
    [
      'a client whose connection ended',
      failure('Client has encountered a connection error and is not queryable'),
      'lost',
    ],
    ['a server that says nothing', failure('Query read timeout'), 'lost'],
    ['a connection failure', failure('connection failure', { code: '08006' }), 'lost'],
    ['PgBouncer without a server', failure('query_wait_timeout', { code: '08P01' }), 'lost'],
    [
      'PgBouncer whose login failed',
      failure('server login has been failing, cached error: x (server_login_retry)', { code: '08P01' }),
      'lost',
    ],
    ['a full PgBouncer', failure('no more connections allowed (max_client_conn)', { code: '08P01' }), 'lost'],
    ['a PgBouncer whose server crashed', failure('server conn crashed?', { code: '08P01' }), 'lost'],
    ['a PgBouncer that stops', failure('server shutting down', { code: '08P01' }), 'lost'],
    ['what a later PgBouncer may say', failure('the moon is full', { code: '08P01', severity: 'FATAL' }), 'lost'],
    [
      'a statement that took too long',
      failure('canceling statement due to statement timeout', { code: '57014' }),
      'busy',
    ],
    ['the same, as PgBouncer sees it', failure('query_timeout', { code: '08P01', severity: 'FATAL' }), 'busy'],
    ['a transaction that did nothing for long', failure('terminating connection', { code: '25P03' }), 'busy'],
    ['a lock that another has', failure('canceling statement due to lock timeout', { code: '55P03' }), 'busy'],
    ['a deadlock', failure('deadlock detected', { code: '40P01' }), 'busy'],
    ['a serialization failure', failure('could not serialize access', { code: '40001' }), 'busy'],
    ['memory that is used up', failure('out of memory', { code: '53200' }), 'busy'],
    [
      'more parameters than the protocol has',
      failure('bind message has 34464 parameter formats but 0 parameters', { code: '08P01', severity: 'ERROR' }),
      'refused',
    ],
    [
      'a packet that PgBouncer cannot read',
      failure('broken Bind packet', { code: '08P01', severity: 'FATAL' }),
      'refused',
    ],
    ['a value that does not fit', failure('value out of range', { code: '22003' }), 'refused'],
    ['a row that must not be', failure('violates foreign key constraint', { code: '23503' }), 'refused'],
    ['a bug that tells of a timeout', failure('the timeout of this order is no number'), 'refused'],
    [
      'a bug that tells of a Connection',
      new TypeError("Cannot read properties of undefined (reading 'Connection')"),
      'refused',
    ],
    ['a bug that tells that something was terminated', failure('the service was terminated before'), 'refused'],
    ["a bug that Node's own code found", failure('Invalid argument', { code: 'ERR_INVALID_ARG_TYPE' }), 'refused'],
    ['a file that is missing', failure('no such file', { code: 'ENOENT' }), 'refused'],
    ['a code that only looks like one', failure('x', { code: 'ERROR' }), 'refused'],
  ];
  for (const [what, error, cause] of causes) {
    test(`${what} counts as ${cause}`, () => {
      assert.equal(causeOf(error), cause);
      assert.equal(isTransient(error), cause !== 'refused');
    });
  }
});
