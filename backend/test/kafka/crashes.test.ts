import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../until.ts';
import { type Process, startProcess } from './process.ts';

describe('crashes', () => {
  let backend: Process;
  before(async () => {
    backend = await startProcess('crashes');
  });
  after(() => backend.end());

  const KILLS = Number(process.env['KILLS'] ?? 5);

  test(`${KILLS} times killed under load, every change that was committed has its effects, and each once`, async () => {
    let running = true;
    let accepted = 0;
    const load = async () => {
      while (running) {
        const answer = await backend
          .ask('POST', '/api/customers', { name: 'Load', email: 'a@example.com' })
          .catch(() => undefined);
        if (answer?.status === 201) accepted += 1;
        else await sleep(50);
      }
    };
    const loads = [load(), load(), load(), load()];
    for (let kill = 0; kill < KILLS; kill += 1) {
      // Not always at the same place in what it is doing.
      await sleep(1000 + ((kill * 373) % 700));
      await backend.kill();
      await backend.start();
    }
    running = false;
    await Promise.all(loads);
    const committed = await backend.count('customer');
    assert.ok(committed >= accepted && accepted > KILLS * 10, `${committed} committed, ${accepted} answered`);
    await until(
      'the welcomes',
      () => backend.count('notification'),
      (found) => found >= committed,
    );
    await until(
      'an empty outbox',
      () => backend.count('outbox'),
      (left) => left === 0,
    );
    // A customer, and the note of its welcome.
    await until(
      'the audit',
      () => backend.count('audit'),
      (found) => found >= 2 * committed,
    );
    assert.equal(await backend.count('notification'), committed);
    assert.equal(await backend.count('(SELECT DISTINCT customer_id FROM notification) AS welcomed'), committed);
    assert.equal(await backend.count('audit'), 2 * committed);
    console.log(
      `${KILLS} kills: ${committed} changes committed, ${accepted} of them answered; ${committed} welcomes, ${2 * committed} audited`,
    );
  });
});
