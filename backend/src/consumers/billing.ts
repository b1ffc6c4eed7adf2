import { runBillingCycle } from '../resources/billing-cycle.ts';
import { issueInvoice, settleInvoice } from '../resources/invoice.ts';
import type { Consumer } from './consumer.ts';

/** Makes invoices of completed orders and of billing cycles, and settles them by payments. */
export const billing: Consumer = {
  name: 'billing',
  topics: ['bss.order.events', 'bss.payment.events', 'bss.billing.events'],
  handlers: {
    'com.droid.bss.order.completed': async (work, { data: { id, customerId, amount, currency } }) => {
      await issueInvoice(work, { orderId: id, customerId, amount, currency });
    },
    'com.droid.bss.payment.completed': (work, { data }) => settleInvoice(work, data.invoiceId),
    'com.droid.bss.billing.cycle.started': (work, { data }) => runBillingCycle(work, data),
  },
};
