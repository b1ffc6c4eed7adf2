import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseConfig } from '../src/config.ts';
import { migrate } from '../src/database/schema.ts';
import { freshDatabase, OWNER, sql } from './servers/postgres.ts';
import { freePort } from './servers/program.ts';
import { until } from './until.ts';

/** Says when a process has begun to listen to SIGTERM: Node itself does always, and is only killed by that. */
const HERALD = `data:text/javascript,import{writeSync}from'node:fs';process.on('newListener',(name)=>{
if(name==='SIGTERM')queueMicrotask(()=>writeSync(1,'listens\\n'))})`;

describe('stop', { concurrency: true }, () => {
  let config: DatabaseConfig;
  let client: pg.Client;
  const children: ChildProcess[] = [];
  before(async () => {
    config = await freshDatabase('stop');
    client = new pg.Client({ ...config, user: OWNER });
    await client.connect();
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await client.end();
  });

  interface Child {
    readonly said: () => string;
    /** @returns code and signal that the process ended with */
    readonly ended: Promise<[number | null, string | null]>;
    stop(): void;
    /** Since when it would not ignore a stop as the first process of a container. */
    listens(): Promise<unknown>;
  }

  function start(script: string, env: Record<string, string>, args: string[] = []): Child {
    const child = spawn(process.execPath, ['--import', HERALD, '--import', 'tsx', `src/${script}.ts`, ...args], {
      env: {
        ...process.env,
        ...{ DATABASE_HOST: config.host, DATABASE_PORT: `${config.port}`, DATABASE_NAME: config.database },
        ...{ DATABASE_USER: config.user, DATABASE_PASSWORD: 'any', KAFKA_BOOTSTRAP: '127.0.0.1:1', DRAIN_MS: '0' },
        ...env,
      },
    });
    children.push(child);
    let said = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (data) => {
        said += data;
      });
    const ended = new Promise<[number | null, string | null]>((resolve) =>
      child.once('close', (code, signal) => resolve([code, signal])),
    );
    return {
      said: () => said,
      ended,
      stop: () => void child.kill('SIGTERM'),
      listens: () =>
        until(
          'a handler',
          async () => said,
          (text) => text.includes('listens'),
        ),
    };
  }

  test('a service that is told to stop while it starts ends at once and well, at any moment, also without a database', async () => {
    const moments: [string, Record<string, string>, number][] = [
      ['at the first moment', {}, 0],
      ['while it loads', { DATABASE_PORT: '1' }, 100],
    ];
    await Promise.all(
      moments.map(async ([what, env, delay]) => {
        const port = await freePort();
        const child = start('main', { PORT: `${port}`, ...env });
        await child.listens();
        // What a process writes comes in order, however late it is read.
        assert.doesNotMatch(child.said().split('listens')[0]!, /started/, 'the handler comes after the start');
        await sleep(delay);
        const start_ = performance.now();
        child.stop();
        assert.deepEqual(await child.ended, [0, null], `${what}: ${child.said()}`);
        assert.ok(performance.now() - start_ < 20_000, what);
        // But its log, of which there is some if it was quicker than the signal.
        const said = child
          .said()
          .split('\n')
          .filter((line) => !line.startsWith('{'));
        assert.doesNotMatch(said.join('\n'), /rejection|Error/i, what);
      }),
    );
  });

  test('migrations that are told to stop say so, leave nothing half done, and let the next ones in', async () => {
    // The lock of the migrations, as one has it that is still at work.
    await client.query('SELECT pg_advisory_lock($1)', [0x6273_7302]);
    const [waiting, away] = [
      start('migrate', { DATABASE_USER: OWNER }),
      start('migrate', { DATABASE_USER: OWNER, DATABASE_PORT: '1' }),
    ];
    for (const [child, words] of [
      [waiting, 'Waits for other migrations'],
      [away, 'Waits for role bss'],
    ] as const) {
      await until(
        words,
        async () => child.said(),
        (said) => said.includes(words),
      );
      child.stop();
      assert.deepEqual(await child.ended, [143, null], child.said());
      assert.match(child.said(), /Stopped by SIGTERM: what was committed stays, and nothing else/);
    }
    await client.query('SELECT pg_advisory_unlock($1)', [0x6273_7302]);
    const owner = { ...config, user: OWNER };
    assert.deepEqual(await migrate(owner), [], 'nobody has it any more');

    // In the middle of an index, which waits for a snapshot.
    await sql(owner, 'DELETE FROM migration WHERE version >= 7');
    const reader = new pg.Client({ ...config });
    await reader.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    const building = start('migrate', { DATABASE_USER: OWNER });
    const phases = async () =>
      (await client.query('SELECT phase FROM pg_stat_progress_create_index WHERE datname = current_database()')).rows;
    await until('an index that waits', phases, (rows) => /^waiting/.test(rows[0]?.phase));
    building.stop();
    assert.deepEqual(await building.ended, [143, null], building.said());
    await until('an end of that', phases, (rows) => rows.length === 0);
    await reader.end();
    assert.deepEqual(await migrate(owner), readdirSync('migrations').sort().slice(6));
  });

  test('a replay that is told to stop says how far it came', async () => {
    const place = ['--consumer', 'audit', '--topic', 'bss.events', '--partition', '0', '--first', '0'];
    const child = start('replay', {}, place);
    await child.listens();
    child.stop();
    assert.deepEqual(await child.ended, [143, null], child.said());
    assert.match(child.said(), /Stopped by SIGTERM/);
  });
});
