import type { Work } from '../database/database.ts';
import type { EventType } from '../events/catalogue.ts';
import type { Order } from '../schemas/order.ts';
import type { Consumer } from './consumer.ts';

type Command = Extract<EventType, `com.droid.bss.service.${string}`>;

/**
 * Keeps the services that orders bring to life, and tells the network to switch them. An event may come after newer ones
 * of its order, as a dead letter that is given again: it does not bring back what was before them.
 */
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
  // An order only goes forward: by the states alone, as what is kept beside them is unknown to an older backend.
  const { rows } = await work.db.query(
    `INSERT INTO service (order_id, customer_id, product, amount, currency, state) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (order_id) DO UPDATE SET state =
       CASE WHEN excluded.state = 'requested' OR service.state = 'terminated' THEN service.state ELSE excluded.state END
     RETURNING state`,
    [orderId, customerId, product, amount, currency, state],
  );
  // Who comes late to a service that is active has not asked the network yet. One that is terminated stays so.
  const isWanted = rows[0].state === state || rows[0].state === 'active';
  if (command && isWanted) work.announce(command, orderId, version, { orderId, customerId, product, amount, currency });
}
