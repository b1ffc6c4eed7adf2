import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { toMessage } from '../src/events/cloud-event.ts';
import { consuming, named, never } from './consuming.ts';
import { dealings } from './dealings.ts';
import { type Service, startService } from './service.ts';

describe('time of events', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('time-of-events');
    await create('customers', { name: 'Ada', email: 'ada@example.com' });
  });
  after(() => service.end());

  const { create, give } = dealings(() => service);
  const { processor } = consuming(() => service);

  const times: [string, string, string | undefined][] = [
    ['tomorrow', 'is no time', undefined],
    ['2026-02-30T00:00:00Z', 'is no day', undefined],
    ['2026-11-20', 'has no hour', undefined],
    ['2026-11-20T10:00:00', 'has no offset', undefined],
    ['0000-01-01T00:00:00Z', 'is a year that PostgreSQL does not have', undefined],
    ['0001-01-01T00:00:00+10:00', 'is before the first year', undefined],
    ['9999-12-31T23:59:59-10:00', 'is after the last', undefined],
    ['+275760-09-13T00:00:00Z', 'is far in the future', undefined],
    ['-000001-01-01T00:00:00Z', 'is far in the past', undefined],
    ['1', 'is a number', undefined],
    ['2026-11-20T00:30:00+02:00', 'is of the day before in UTC', '2026-11-19T22:30:00.000Z'],
    ['2026-11-20T23:59:59.123456789Z', 'has nanoseconds', '2026-11-20T23:59:59.123Z'],
    ['2016-12-31t23:59:60z', 'is a leap second', '2016-12-31T23:59:59.000Z'],
    ['9999-12-31T23:59:59Z', 'is in the last year', '9999-12-31T23:59:59.000Z'],
    ['0001-01-01T00:00:00Z', 'is in the first year', '0001-01-01T00:00:00.000Z'],
    ['2026-11-20T10:00:00+23:59', 'is of an offset that PostgreSQL does not know', '2026-11-19T10:01:00.000Z'],
  ];
  for (const [time, why, kept] of times) {
    test(`the time ${time} ${why}: it is ${kept ? `kept as ${kept}` : 'a dead letter'}, for every consumer`, async () => {
      const { pool } = service.database;
      const count = async () => Number((await pool.query('SELECT count(*) FROM audit')).rows[0].count);
      const before = await count();
      for (const consumer of ['notification', 'analytics', 'audit']) {
        const event = { ...service.events[0]!, id: randomUUID(), time };
        assert.equal(await give(event, consumer), kept ? 'applied' : 'dead', consumer);
      }
      assert.equal(await count(), before + (kept ? 1 : 0));
      if (!kept) {
        const { rows } = await pool.query('SELECT headers FROM outbox ORDER BY seq DESC LIMIT 1');
        assert.match(rows[0].headers.dlq_detail, /^its time is ".*": no timestamp of RFC 3339/);
        return;
      }
      const text = `to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
      const { rows } = await pool.query(`SELECT ${text} AS time FROM audit WHERE time = $1`, [kept]);
      assert.equal(rows[0].time, kept);
      const day = 'SELECT events FROM analytics_daily WHERE day = $1 AND type = $2';
      assert.ok((await pool.query(day, [kept.slice(0, 10), service.events[0]!.type])).rows[0].events >= 1);
    });
  }

  test('an event without a time has its effect, and no delay since 1970', async () => {
    const { time, ...rest } = service.events[0]!;
    const { headers, ...message } = toMessage({ ...rest, id: randomUUID(), time });
    const { ce_time, ...timeless } = headers;
    const sum = async () => {
      const { values } = await service.metrics.consumeDelay.get();
      return values.filter(({ metricName }) => metricName?.endsWith('_sum')).reduce((all, { value }) => all + value, 0);
    };
    const before = await sum();
    const received = { ...message, headers: timeless, topic: 'bss.events', partition: 0, offset: 99_999n };
    assert.equal(await processor(named('audit')).process(received, never), 'applied');
    assert.equal(await sum(), before);
  });
});
