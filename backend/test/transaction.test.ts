import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Pool } from 'pg';
import { createPool } from '../src/database/pool.ts';
import { type Transaction, transaction } from '../src/database/transaction.ts';
import { freshDatabase, OWNER } from './servers/postgres.ts';

describe('a transaction', () => {
  let pool: Pool;
  before(async () => {
    pool = createPool({ ...(await freshDatabase('transaction')), user: OWNER }, 1, 500);
    await pool.query('CREATE TABLE thing (id integer PRIMARY KEY)');
  });
  after(() => pool.end());

  const run = <T>(work: (db: Transaction) => Promise<T>) => transaction(pool, 500, work);
  const add = (db: Transaction, id: number) => db.write('INSERT INTO thing (id) VALUES ($1)', [id]);
  const things = async () => (await pool.query('SELECT id FROM thing ORDER BY id')).rows.map(({ id }) => id);
  const pid = async (db: Pool | Transaction) => (await db.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;

  test('keeps all that was written, also what was sent with the commit alone', async () => {
    await run(async (db) => {
      add(db, 1);
      assert.equal((await db.query('SELECT count(*)::integer AS many FROM thing')).rows[0].many, 1);
      add(db, 2);
    });
    await run(async (db) => add(db, 3));
    assert.deepEqual(await things(), [1, 2, 3]);
  });

  test('keeps nothing when one of many writes fails, says which, and the same statements go on', async () => {
    const before = await pid(pool);
    const failing = run(async (db) => {
      add(db, 10);
      add(db, 1);
      db.write('DELETE FROM thing WHERE id = $1', [2]);
    });
    await assert.rejects(failing, { code: '23505' });
    const later = run(async (db) => {
      add(db, 1);
      await db.query('SELECT 1');
    });
    await assert.rejects(later, { code: '23505' });
    // Was behind the one that failed: PostgreSQL has never seen it, and a PgBouncer would have, so it has another connection.
    await run(async (db) => db.write('DELETE FROM thing WHERE id = $1', [3]));
    assert.deepEqual(await things(), [1, 2]);
    assert.notEqual(await pid(pool), before);
    // From now on all of them are known on both sides.
    await run(async (db) => add(db, 3));
    await run(async (db) => db.write('DELETE FROM thing WHERE id = $1', [3]));
    const known = await pid(pool);
    await assert.rejects(
      run(async (db) => {
        add(db, 1);
        db.write('DELETE FROM thing WHERE id = $1', [2]);
      }),
      { code: '23505' },
    );
    assert.equal(await pid(pool), known);
    assert.deepEqual(await things(), [1, 2]);
  });

  test('keeps nothing when its work gives up, whatever waits to be written or to be answered', async () => {
    const failing = run(async (db) => {
      add(db, 20);
      void db.query('SELECT pg_sleep(0.1)');
      await db.query('SELECT 1');
      add(db, 21);
      void db.query('INSERT INTO thing (id) VALUES (22)');
      throw new Error('no');
    });
    await assert.rejects(failing, /^Error: no$/);
    assert.deepEqual(await things(), [1, 2]);
  });

  test('whose work goes on after a statement that failed is no success', async () => {
    const failing = run(async (db) => {
      add(db, 30);
      await db.query('SELECT 1 / 0').catch(() => {});
    });
    await assert.rejects(failing, /A statement of the transaction has failed, and so all of it/);
    assert.deepEqual(await things(), [1, 2]);
  });

  test('asks in one round trip what is asked at once, one statement after the other', async () => {
    await run(async (db) => {
      const [, , { rows }] = await Promise.all([
        db.query('INSERT INTO thing (id) VALUES (40)'),
        db.query('DELETE FROM thing WHERE id = 1'),
        db.query('SELECT array_agg(id ORDER BY id) AS ids FROM thing'),
      ]);
      assert.deepEqual(rows[0].ids, [2, 40]);
    });
  });

  test('ends in time when a statement takes too long, and when the connection breaks, and the next one has another', async () => {
    await assert.rejects(
      run((db) => db.query('SELECT pg_sleep(60)')),
      { code: '57014' },
    );
    let broken: number | undefined;
    const failing = run(async (db) => {
      broken = await pid(db);
      add(db, 50);
      await db.query('SELECT pg_terminate_backend(pg_backend_pid())');
      await db.query('SELECT 1');
    });
    await assert.rejects(failing);
    assert.deepEqual(await things(), [2, 40]);
    assert.notEqual(await pid(pool), broken);
  });

  test('goes on with statements that have no name any more, with and without values', async () => {
    for (let index = 0; index < 600; index += 1) await run((db) => db.query(`SELECT ${index}`));
    await assert.rejects(run(() => Promise.reject(new Error('no'))));
    await run(async (db) => {
      db.write('DELETE FROM thing WHERE id = 40 AND true');
      await db.query('SELECT id FROM thing WHERE true');
      await db.query('SELECT $1::integer AS id', [1]);
    });
    assert.deepEqual(await things(), [2]);
  });

  test('keeps nothing when a value of it cannot be sent, and says so', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const failing = run(async (db) => {
      add(db, 60);
      db.write('INSERT INTO thing (id) SELECT 61 WHERE $1::jsonb IS NOT NULL', [circle]);
      add(db, 62);
    });
    await assert.rejects(failing, /circular/i);
    assert.deepEqual(await things(), [2]);
    await run(async (db) => add(db, 40));
  });

  test('with many writes commits', async () => {
    await run(async (db) => {
      for (let id = 1000; id < 31_000; id += 1) add(db, id);
    });
    assert.equal((await things()).length, 30_002);
  });
});
