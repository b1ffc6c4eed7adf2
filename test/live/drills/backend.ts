import { randomUUID } from 'node:crypto';
import { LAG_LIMIT } from '../../../charts/observability/rules/lag';
import { eventually } from '../../../cluster/eventually';
import { QUICK_TOOLS } from '../kafka-tool';
import { away, type Drill, endSession, FOR_LONG, feed, sql, startSession } from './drill';

const TYPE = 'com.droid.bss.customer.created';

/** Something else holds the row that a consumer has to change for each of the events that come. */
export const consumer: Drill = {
  alerts: ['ConsumerLagHigh'],
  breaks: (bss) => {
    const hold =
      `INSERT INTO analytics_daily VALUES (current_date, '${TYPE}', '', 0, 0) ` +
      'ON CONFLICT (day, type, currency) DO UPDATE SET events = analytics_daily.events';
    startSession(bss, 'drill-consumer', `${hold}; ${FOR_LONG}`);
    const events = Array.from({ length: 2 * LAG_LIMIT }, () => JSON.stringify(customerCreated()));
    const producer = ['kafka-console-producer', '--bootstrap-server', 'localhost:9092', '--topic', EVERYTHING];
    feed(bss, 'kafka-0', ['env', QUICK_TOOLS, ...producer], events.join('\n'));
  },
  repairs: (bss) => endSession(bss, 'drill-consumer'),
};

const EVERYTHING = 'bss.events';

/** As the backend would have sent it, and of nobody. */
function customerCreated(): object {
  const [id, time] = [randomUUID(), new Date().toISOString()];
  const data = { id, name: 'Drill', email: 'drill@example.com', phone: null, status: 'active', version: 1 };
  return {
    ...{ specversion: '1.0', id: randomUUID(), source: 'urn:bss:drill', type: TYPE, subject: id, time },
    ...{ dataschema: 'urn:bss:schema:customer.created:1', data: { ...data, createdAt: time, updatedAt: time } },
  };
}

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
