import type { Work } from '../database/database.ts';
import type { EventType } from '../events/catalogue.ts';
import type { Order } from '../resources/order.ts';
import type { Consumer } from './consumer.ts';

type Command = Extract<EventType, `com.droid.bss.service.${string}`>;

/** Keeps the services that orders bring to life, and tells the network to switch them. */
export const provisioning: Consumer = {
  name: 'provisioning',
  topics: ['bss.order.events'],
  handlers: {
    'com.droid.bss.order.created': (work, { data }) =>
      become(work, data, 'requested', 'com.droid.bss.service.activation.requested'),
    'com.droid.bss.order.completed': (work, { data }) => become(work, data, 'active'),
    'com.droid.bss.order.cancelled': (work, { data }) =>
      become(work, data, 'terminated', 'com.droid.bss.service.termination.requested'),
  },
};

async function become(work: Work, order: Order, state: string, command?: Command): Promise<void> {
  const { id: orderId, customerId, product, amount, currency, version } = order;
  await work.db.query(
    `INSERT INTO service (order_id, customer_id, product, amount, currency, state) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (order_id) DO UPDATE SET state = excluded.state`,
    [orderId, customerId, product, amount, currency, state],
  );
  if (command) work.announce(command, orderId, version, { orderId, customerId, product, amount, currency });
}
