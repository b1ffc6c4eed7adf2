import { randomUUID } from 'node:crypto';
import type { Work } from '../database/database.ts';
import { customers } from '../resources/customer.ts';
import { invoices } from '../resources/invoice.ts';
import { money } from '../resources/money.ts';
import { byId } from '../resources/resource.ts';
import type { Customer } from '../schemas/customer.ts';
import type { Consumer } from './consumer.ts';

/**
 * Records what customers are told. Whoever sends it reads the topic of notifications. An event may come late, as a dead
 * letter that is given again: what is not true any more is not told.
 */
export const notification: Consumer = {
  name: 'notification',
  topics: ['bss.customer.events', 'bss.invoice.events', 'bss.payment.events'],
  handlers: {
    'com.droid.bss.customer.created': async (work, { data }) => {
      const customer = await recipient(work, data.id);
      if (customer.status !== 'closed') await record(work, customer, 'welcome', `Welcome, ${customer.name}!`);
    },
    'com.droid.bss.invoice.issued': async (work, { data }) => {
      const invoice = await byId(work.db, invoices, data.id);
      if (invoice?.state === 'cancelled') return;
      await record(work, await recipient(work, data.customerId), 'invoice', `Your invoice of ${money(data)} is ready.`);
    },
    'com.droid.bss.payment.completed': async (work, { data }) =>
      record(
        ...([work, await recipient(work, data.customerId), 'receipt'] as const),
        `We have received ${money(data)}. Thank you.`,
      ),
  },
};

async function recipient(work: Work, customerId: string): Promise<Customer> {
  const customer = await byId(work.db, customers, customerId);
  if (!customer) throw new Error(`there is no customer ${customerId}`);
  return customer;
}

async function record(work: Work, customer: Customer, kind: string, text: string): Promise<void> {
  // TM Forum allows a customer without any address: nobody can be told anything, now or later.
  if (customer.email === null) return;
  const message = { id: randomUUID(), customerId: customer.id, kind, recipient: customer.email, text };
  await work.db.query('INSERT INTO notification (id, customer_id, kind, recipient, text) VALUES ($1, $2, $3, $4, $5)', [
    ...Object.values(message),
  ]);
  work.announce('com.droid.bss.notification.recorded', message.id, 1, message);
}
