import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutboxPosition } from '../src/database/outbox-position.ts';
import type { Transaction } from '../src/database/transaction.ts';

test('the position of the outbox goes on behind what was done, and waits for a number until its transaction must have ended', async () => {
  const written: unknown[] = [];
  const db = { write: (_text: string, [value]: unknown[]) => written.push(value) } as unknown as Transaction;
  const at = new OutboxPosition(0);
  const look = (position: bigint, newest: bigint, ended: bigint, done: bigint[], complete = true) => {
    at.advance(db, { position, newest, ended, next: 50n }, done, complete);
    return written.splice(0);
  };
  assert.deepEqual(look(0n, 2n, 50n, [1n, 2n]), ['2']);
  assert.deepEqual(look(2n, 6n, 40n, [4n, 6n]), []);
  assert.deepEqual(look(2n, 6n, 40n, [5n]), []);
  assert.deepEqual(look(2n, 6n, 40n, [3n]), ['6']);
  // Who has taken 7 is at work as long as there are transactions of that time, and longer than any clock says.
  assert.deepEqual(look(6n, 8n, 40n, [8n]), []);
  await sleep(5);
  assert.deepEqual(look(6n, 9n, 49n, [9n]), []);
  // More than what was looked at may still wait.
  assert.deepEqual(look(6n, 9n, 50n, [], false), []);
  assert.deepEqual(look(6n, 9n, 50n, []), ['9']);
});
