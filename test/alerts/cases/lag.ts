import { type Case, type Counter, type Gauge, GONE, grows } from '../case';

const place = { group: 'billing', topic: 'bss.events' };
const labels = { job: 'kafka', ...place };
const of = (samples: Gauge | Counter, partition = 0) => ({
  [`kafka_consumer_fetch_manager_records_lag{job="backend",pod="10.244.0.5",group="billing",topic="bss.events",partition="${partition}"}`]:
    samples,
});

/** A group that says nothing itself, as kminion sees it. */
const other = { group: 'reports', topic: 'bss.events' };
const byKminion = (metric: string, samples: Gauge | Counter, { group, topic } = other) => ({
  [`kminion_kafka_consumer_group_topic_${metric}{job="kminion",group_id="${group}",topic_name="${topic}"}`]: samples,
});

export const cases: readonly Case[] = [
  {
    alert: 'ConsumerLagHigh',
    // Of what both say kminion is believed, which sees the partitions that nobody reads, too.
    series: { ...of([3, 10]), ...byKminion('lag', [3, 5000], place) },
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
    series: { ...of([0, 0]), ...byKminion('lag', [0, 7]) },
    labels: { ...labels, ...other },
    summary: 'reports has had 7 events of bss.events before it for a while, and takes none.',
  },
  {
    alert: 'ConsumerPartitionsUnowned',
    series: { ...of([0, 0]), ...of([0, 0], 1), ...of([0, GONE], 2), ...byKminion('assigned_partitions', [3, 3]) },
    labels,
    summary: 'billing reads 2 partitions of bss.events, and there are more.',
  },
];
