import { LAG_LIMIT } from '../../../charts/observability/rules/lag';
import { eventually } from '../../../cluster/eventually';
import { QUICK_TOOLS } from '../kafka-tool';
import { away, type Drill, endSession, FOR_LONG, feed, sql, startSession } from './drill';

/** Something else holds the row that a consumer has to change, and much is written to what it reads. */
export const consumer: Drill = {
  alerts: ['ConsumerLagHigh'],
  breaks: (bss) => {
    const row = "(current_date, 'com.droid.bss.customer.created', '', 0, 0)";
    const hold = `INSERT INTO analytics_daily VALUES ${row} ON CONFLICT (day, type, currency) DO UPDATE SET events = analytics_daily.events`;
    startSession(bss, 'drill-consumer', `${hold}; ${FOR_LONG}`);
    const waiting = "wait_event_type = 'Lock' AND query LIKE '%analytics_daily%'";
    const stopped = () => Number(sql(bss, `SELECT count(*) FROM pg_stat_activity WHERE ${waiting}`)) >= 2;
    eventually('two partitions to stop', stopped);
    // Of a type that nobody handles: for other consumers it is no work.
    const event = { specversion: '1.0', id: 'drill', source: 'urn:bss:drill', type: 'drill', data: {} };
    const producer = ['kafka-console-producer', '--bootstrap-server', 'localhost:9092', '--topic', 'bss.events'];
    const events = `${JSON.stringify(event)}\n`.repeat(6 * LAG_LIMIT);
    feed(bss, 'kafka-0', ['env', QUICK_TOOLS, ...producer], events);
  },
  repairs: (bss) => endSession(bss, 'drill-consumer'),
};

/** Kafka does not take an event, as it is larger than any may be. */
export const refused: Drill = {
  alerts: ['BackendEventsRefused'],
  breaks: (bss) => {
    const value = "decode(repeat('00', 2000000), 'hex')";
    sql(bss, `INSERT INTO outbox (topics, key, headers, value) VALUES ('{bss.events}', 'drill', '{}', ${value})`);
    // Before anything else keeps the relay from it.
    eventually('the event to be set aside', () => sql(bss, 'SELECT count(*) FROM outbox_refused') === '1');
  },
  repairs: (bss) => {
    sql(bss, "DELETE FROM outbox_refused WHERE key = 'drill'");
  },
};

/** Of all relays one sends, and it has died and left its lock to nobody. */
export const outbox: Drill = {
  alerts: ['BackendOutboxWaits'],
  breaks: (bss) => startSession(bss, 'drill-outbox', `SELECT pg_advisory_lock(${0x6273_7301}); ${FOR_LONG}`),
  repairs: (bss) => endSession(bss, 'drill-outbox'),
};

export const backend = away('BackendDown', 'deployment/backend');
