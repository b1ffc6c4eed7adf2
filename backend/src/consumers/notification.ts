import { randomUUID } from 'node:crypto';
import type { Work } from '../database/database.ts';
import { customers } from '../resources/customer.ts';
import { byId } from '../resources/resource.ts';
import type { Consumer } from './consumer.ts';

const money = ({ amount, currency }: { amount: number; currency: string }) =>
  `${(amount / 100).toFixed(2)} ${currency}`;

/** Records what customers are told. Whoever sends it reads the topic of notifications. */
export const notification: Consumer = {
  name: 'notification',
  topics: ['bss.customer.events', 'bss.invoice.events', 'bss.payment.events'],
  handlers: {
    'com.droid.bss.customer.created': (work, { data }) => record(work, data.id, 'welcome', `Welcome, ${data.name}!`),
    'com.droid.bss.invoice.issued': (work, { data }) =>
      record(work, data.customerId, 'invoice', `Your invoice of ${money(data)} is ready.`),
    'com.droid.bss.payment.completed': (work, { data }) =>
      record(work, data.customerId, 'receipt', `We have received ${money(data)}. Thank you.`),
  },
};

async function record(work: Work, customerId: string, kind: string, text: string): Promise<void> {
  const customer = await byId(work.db, customers, customerId);
  if (!customer) throw new Error(`there is no customer ${customerId}`);
  // TM Forum allows a customer without any address: nobody can be told anything, now or later.
  if (customer.email === null) return;
  const message = { id: randomUUID(), customerId, kind, recipient: customer.email, text };
  await work.db.query('INSERT INTO notification (id, customer_id, kind, recipient, text) VALUES ($1, $2, $3, $4, $5)', [
    ...Object.values(message),
  ]);
  work.announce('com.droid.bss.notification.recorded', message.id, 1, message);
}
