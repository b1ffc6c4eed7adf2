import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Table } from '../src/database/housekeeping.ts';
import { startService } from './service.ts';

describe('housekeeping', () => {
  test('deletes all that is old, however much came in a minute, also while an older snapshot is open', async () => {
    const service = await startService('housekeeping');
    const { pool } = service.database;
    const snapshot = await pool.connect();
    const table = new Table(service.database, 'inbox', 'processed_at', '35 days', 500);
    const fill = (age: string) =>
      pool.query(`INSERT INTO inbox (consumer, source, event_id, processed_at)
        SELECT 'test', 'test', gen_random_uuid(), now() - interval '${age}' + number * interval '1 ms' FROM generate_series(1, 1600) AS number
        UNION ALL SELECT 'test', 'test', gen_random_uuid(), now() FROM generate_series(1, 10)`);
    const left = async () => Number((await pool.query('SELECT count(*) FROM inbox')).rows[0].count);
    try {
      await snapshot.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await snapshot.query('SELECT 1');
      await fill('36 days');
      await Promise.all([
        table.forget(),
        new Table(service.database, 'inbox', 'processed_at', '35 days', 500).forget(),
      ]);
      assert.equal(await left(), 10);
      await fill('35 days 1 hour');
      await table.forget();
      assert.equal(await left(), 20);
    } finally {
      snapshot.release(true);
      await service.end();
    }
  });
});
