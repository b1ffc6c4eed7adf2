import { Gauge } from 'prom-client';
import type { Metrics } from '../metrics.ts';
import type { Subscription } from './bus.ts';

/** How far each group is behind, each time that somebody asks for the metrics: what this member knows of its own partitions. */
export function measureLag({ registry }: Metrics, subscriptions: readonly Subscription[]): void {
  new Gauge({
    // Micrometer's name for what Java's client tells.
    name: 'kafka_consumer_fetch_manager_records_lag',
    help: 'Events that are not consumed yet',
    labelNames: ['group', 'topic', 'partition'],
    registers: [registry],
    collect() {
      // Partitions that are another member's by now.
      this.reset();
      for (const subscription of subscriptions)
        for (const { lag, ...place } of subscription.lags()) this.set({ group: subscription.group, ...place }, lag);
    },
  });
}
