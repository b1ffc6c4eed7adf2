import { type Case, type Counter, type Gauge, GONE, grows } from '../case';

const place = { group: 'billing', topic: 'bss.events' };
const labels = { job: 'backend', ...place };
const of = (samples: Gauge | Counter, partition = 0) => ({
  [`kafka_consumer_fetch_manager_records_lag{job="backend",pod="10.244.0.5",group="billing",topic="bss.events",partition="${partition}"}`]:
    samples,
});

export const cases: readonly Case[] = [
  {
    alert: 'ConsumerLagHigh',
    series: of([3, 5000]),
    labels,
    summary: 'billing is 5000 events of bss.events behind.',
  },
  {
    alert: 'ConsumerLagGrows',
    series: of(grows(0, 120)),
    labels,
    summary: 'billing is 3600 events of bss.events behind, and falls behind further.',
  },
  {
    alert: 'ConsumerStandsStill',
    series: of([0, 7]),
    labels,
    summary: 'billing has had 7 events of bss.events before it for a while, and takes none.',
  },
  {
    alert: 'ConsumerPartitionsUnowned',
    series: { ...of([0, 0]), ...of([0, 0], 1), ...of([0, GONE], 2) },
    labels: place,
    summary: 'billing reads 2 partitions of bss.events, and there are more.',
  },
];
