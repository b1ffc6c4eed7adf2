import { Duration, Size } from 'cdk8s';
import type { Topic } from '../charts/messaging/topics/topic';

const days = Duration.days;
/** A second. */
const kib = Size.kibibytes;

/**
 * The topics of the platform. `rate` is what a subscription company of some 5 million customers writes on average,
 * before replication; `kafka.traffic` of an environment says which share of it the environment carries.
 */
export const topics: readonly Topic[] = [
  { name: 'bss.events', partitions: 3, retention: days(7), rate: kib(200), holds: 'everything, for who wants it all' },
  {
    name: 'bss.customer.events',
    partitions: 3,
    retention: days(7),
    rate: kib(20),
    holds: 'customers created, changed',
  },
  { name: 'bss.order.events', partitions: 3, retention: days(7), rate: kib(60), holds: 'orders and their states' },
  {
    name: 'bss.invoice.events',
    partitions: 3,
    retention: days(7),
    rate: kib(40),
    holds: 'invoices issued, due, settled',
  },
  { name: 'bss.payment.events', partitions: 3, retention: days(7), rate: kib(40), holds: 'payments and refunds' },
  { name: 'bss.notification.events', partitions: 3, retention: days(7), rate: kib(40), holds: 'messages to customers' },
  { name: 'bss.analytics.events', partitions: 6, retention: days(30), rate: kib(100), holds: 'usage, for reports' },
  { name: 'bss.audit.events', partitions: 3, retention: days(365), rate: kib(10), holds: 'who did what, for a year' },
  {
    name: 'bss.service.provisioning',
    partitions: 3,
    retention: days(7),
    rate: kib(30),
    holds: 'commands to the network',
  },
  { name: 'bss.billing.events', partitions: 3, retention: days(30), rate: kib(40), holds: 'billing runs and charges' },
  {
    name: 'bss.dead-letter.events',
    partitions: 3,
    retention: days(30),
    rate: kib(1),
    holds: 'events that a consumer could not take, with the reason and where they were',
  },
];
