import type { Cache } from './cache.ts';
import type { EventBus, Subscription } from './events/bus.ts';
import { fromMessage } from './events/cloud-event.ts';

/** The collection that each topic tells of. */
const KINDS: Readonly<Record<string, string>> = {
  'bss.customer.events': 'customers',
  'bss.order.events': 'orders',
  'bss.invoice.events': 'invoices',
  'bss.payment.events': 'payments',
  'bss.billing.events': 'billing-cycles',
};

/** Takes what an event has changed out of the cache. */
export async function invalidate(
  cache: Cache,
  topic: string,
  { subject, sequence }: { subject: string; sequence: string },
): Promise<void> {
  const kind = KINDS[topic];
  if (kind && /^\d{1,9}$/.test(sequence)) await cache.invalidate(kind, subject, Number(sequence));
}

/**
 * Also by events, and not only by who makes the change: that process may die, or not reach the cache, just then. An event
 * that cannot be read is a matter of the other consumers.
 */
export const invalidateByEvents = (cache: Cache, bus: EventBus): Subscription =>
  bus.subscribe('bss-cache', Object.keys(KINDS), async (message) => {
    try {
      await invalidate(cache, message.topic, fromMessage(message));
    } catch {
      return;
    }
  });
