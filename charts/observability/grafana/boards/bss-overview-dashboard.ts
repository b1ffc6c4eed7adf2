import type { Environment } from '../../../environment';
import { BACKEND_LIMITS } from '../../rules/backend';
import { GATEWAY_LIMITS } from '../../rules/gateway';
import { LAG_LIMIT } from '../../rules/lag';
import type { Board } from './board';
import { perSecond, quantile, share, total, within } from './promql';

const API = '{service="api"}';
const FAILED = '{service="api",code=~"5.."}';
const event = (type: string) => `bss_events_total{type="com.droid.bss.${type}"}`;
const aMinute = (type: string, legend: string) => ({ expr: `60 * ${perSecond(event(type))}`, legend });
const inAnHour = (type: string, legend: string) => ({ expr: total(within('1h', event(type))), legend });

/** Whether the business works: what customers do, what follows from it, and what is promised to them. */
export const bssOverviewDashboard = ({ objectives }: Pick<Environment, 'objectives'>): Board => ({
  uid: 'bss-overview-dashboard',
  title: 'BSS Overview Dashboard',
  folder: 'BSS',
  rows: [
    {
      title: 'Is it well',
      panels: [
        {
          title: 'Alerts',
          description: 'That fire now, and that somebody must look at. Platform lists them.',
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [{ expr: total('count(ALERTS{alertstate="firing",severity=~"critical|warning"})') }],
          thresholds: { warning: 1 },
        },
        {
          title: 'Least budget left',
          description: `Of the failures that ${objectives.availability.percent} % availability, ${objectives.latency.percent} % of answers in time and ${objectives.effect.percent} % of effects in time allow in 30 days.`,
          unit: 'percentunit',
          kind: 'stat',
          width: 4,
          queries: [{ expr: 'min(slo:budget_left:ratio)' }],
          thresholds: { warning: 0.25, critical: 0 },
        },
        {
          title: 'Answers of the API that fail',
          description: 'Of 500 to 599. Error Analysis says where they come from.',
          unit: 'percentunit',
          kind: 'stat',
          width: 4,
          queries: [
            {
              expr: share(perSecond(`kong_http_requests_total${FAILED}`), perSecond(`kong_http_requests_total${API}`)),
            },
          ],
          thresholds: { critical: GATEWAY_LIMITS.failing },
        },
        {
          title: 'API, 95 of 100 within',
          description: 'As clients see it. Service Latency says where the time goes.',
          unit: 'ms',
          kind: 'stat',
          width: 4,
          queries: [{ expr: quantile(95, `kong_request_latency_ms${API}`) }],
          thresholds: { warning: GATEWAY_LIMITS.milliseconds },
        },
        {
          title: 'Oldest event that waits for Kafka',
          description: 'Its change is stored, and nobody has heard of it yet. Nothing is lost.',
          unit: 's',
          kind: 'stat',
          width: 4,
          queries: [{ expr: 'max(bss_outbox_oldest_seconds)' }],
          thresholds: { critical: BACKEND_LIMITS.outboxSeconds },
        },
        {
          title: 'Events without effect in a day',
          description: 'Dead letters, and events that Kafka has refused. Each waits for somebody: docs/operations.md.',
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [
            {
              expr: `sum(increase(bss_kafka_consumed_total{outcome="dead"}[1d])) + max(bss_outbox_refused)`,
            },
          ],
          thresholds: { warning: 1 },
        },
      ],
    },
    {
      title: 'The business',
      panels: [
        {
          title: 'Orders a minute',
          description:
            'New ones, and those that came to their end. Completed ones that stay far below new ones wait for somebody.',
          unit: 'cpm',
          kind: 'timeseries',
          queries: [
            aMinute('order.created', 'new'),
            aMinute('order.completed', 'completed'),
            aMinute('order.cancelled', 'cancelled'),
          ],
        },
        {
          title: 'From an order to its completion',
          description: 'Of the orders that were completed in the last hour, half and 95 of 100 within this.',
          unit: 's',
          kind: 'timeseries',
          queries: [50, 95].map((percent) => ({
            expr: `histogram_quantile(${percent / 100}, sum by (le) (increase(bss_order_completion_seconds_bucket[1h])))`,
            legend: `${percent} of 100`,
          })),
        },
        {
          title: 'Customers and invoices a minute',
          description: 'An invoice follows from a completed order and from a billing cycle.',
          unit: 'cpm',
          kind: 'timeseries',
          queries: [
            aMinute('customer.created', 'new customers'),
            aMinute('invoice.issued', 'invoices issued'),
            aMinute('invoice.paid', 'invoices paid'),
          ],
        },
        {
          title: 'Payments a minute',
          description: 'Failed ones that grow alone: the way to the bank, or a card company, is away.',
          unit: 'cpm',
          kind: 'timeseries',
          queries: [
            aMinute('payment.completed', 'completed'),
            aMinute('payment.failed', 'failed'),
            aMinute('payment.refunded', 'refunded'),
          ],
        },
        {
          title: 'What went wrong in an hour',
          description: 'For the business, though everything may work as it should.',
          unit: 'none',
          kind: 'bargauge',
          queries: [
            inAnHour('order.cancelled', 'orders cancelled'),
            inAnHour('payment.failed', 'payments failed'),
            inAnHour('invoice.overdue', 'invoices overdue'),
            inAnHour('invoice.cancelled', 'invoices cancelled'),
          ],
        },
        {
          title: 'Requests to the API',
          description: 'By application interface and method, as the backend counts them.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            { expr: perSecond('http_server_requests_seconds_count', 'method, uri'), legend: '{{method}} {{uri}}' },
          ],
        },
      ],
    },
    {
      title: 'What follows from it',
      panels: [
        {
          title: 'From a change to its effect',
          description: `95 of 100 within this, by who acts on it. ${objectives.effect.percent} % within ${objectives.effect.seconds} s are promised.`,
          unit: 's',
          kind: 'timeseries',
          queries: [{ expr: quantile(95, 'bss_event_delay_seconds', 'consumer'), legend: '{{consumer}}' }],
          thresholds: { warning: objectives.effect.seconds },
        },
        {
          title: 'Behind',
          description:
            'Events that a consumer has before it, of the topic where it is most of them. It grows while more is written than consumed, and falls by itself after.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'max by (group) (bss:kafka_consumergroup_lag:sum)', legend: '{{group}}' }],
          thresholds: { warning: LAG_LIMIT },
        },
        {
          title: 'Events in the outbox',
          description: 'Committed, and not in Kafka yet. It is near 0 unless Kafka is away.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'max(bss_outbox_pending)', legend: 'waiting' }],
          thresholds: { warning: BACKEND_LIMITS.outboxEvents },
        },
        {
          title: 'Events that are tried again',
          description: 'A second, by consumer. What it needs does not answer: the database, most often.',
          unit: 'eps',
          kind: 'timeseries',
          queries: [{ expr: perSecond('bss_consumer_retries_total', 'consumer'), legend: '{{consumer}}' }],
          thresholds: { warning: BACKEND_LIMITS.retries },
        },
      ],
    },
  ],
});
