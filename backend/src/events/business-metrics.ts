import { Counter, Histogram } from 'prom-client';
import type { Metrics } from '../metrics.ts';
import { catalogue, type Event } from './catalogue.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** What customers and applications have done, as people of the business count it. @returns what is told of each commit */
export function measureBusiness({ registry }: Metrics): (events: readonly Event[]) => void {
  const happened = new Counter({
    name: 'bss_events_total',
    help: 'What has happened and is committed, by the type of its event',
    labelNames: ['type'],
    registers: [registry],
  });
  // From 0 on: the first of a kind would be no growth otherwise.
  for (const type of Object.keys(catalogue)) happened.inc({ type }, 0);
  const completion = new Histogram({
    name: 'bss_order_completion_seconds',
    help: 'From an order to its completion',
    buckets: [1, 10, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY],
    registers: [registry],
  });
  return (events) => {
    for (const { type, data } of events) {
      happened.inc({ type });
      if (type !== 'com.droid.bss.order.completed') continue;
      const { createdAt, updatedAt } = data as { createdAt: string; updatedAt: string };
      // Clocks of two pods differ.
      completion.observe(Math.max(0, Date.parse(updatedAt) - Date.parse(createdAt)) / 1000);
    }
  };
}
