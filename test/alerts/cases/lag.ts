import { type Case, type Counter, type Gauge, GONE, grows, SILENT } from '../case';

const place = { group: 'bss-billing', topic: 'bss.events' };
const labels = { job: 'kafka', ...place };
const of = (samples: Gauge | Counter, partition = 0) => ({
  [`kafka_consumer_fetch_manager_records_lag{job="backend",pod="10.244.0.5",group="bss-billing",topic="bss.events",partition="${partition}"}`]:
    samples,
});

/** How many events a minute it takes, of all topics. */
const takes = (well: number, broken: number) => ({
  'bss_kafka_consumed_total{job="backend",pod="10.244.0.5",consumer="billing",outcome="done"}': grows(well, broken),
});

/** A group that says nothing itself, as kminion sees it. */
const other = { group: 'bss-reports', topic: 'bss.events' };
const [FOREIGN, OF_OTHERS] = [
  { ...other, group: 'somebody' },
  { ...other, topic: 'somebodys.events' },
];
const byKminion = (metric: string, samples: Gauge | Counter, { group, topic } = other) => ({
  [`kminion_kafka_consumer_group_topic_${metric}{job="kminion",group_id="${group}",topic_name="${topic}"}`]: samples,
});

export const cases: readonly Case[] = [
  {
    alert: 'ConsumerLagHigh',
    // Of what both say kminion is believed, which sees the partitions that nobody reads, too.
    series: { ...of([3, 10]), ...byKminion('lag', [3, 5000], place) },
    labels,
    summary: 'bss-billing is 5000 events of bss.events behind.',
  },
  {
    alert: 'ConsumerLagGrows',
    series: of(grows(0, 120)),
    labels,
    summary: 'bss-billing is 3600 events of bss.events behind, and falls behind further.',
  },
  {
    alert: 'ConsumerStandsStill',
    series: { ...of([0, 0]), ...takes(0, 0), ...byKminion('lag', [0, 7]), ...byKminion('offset_sum', [50, 50]) },
    labels: { ...labels, ...other },
    summary: 'bss-reports has had 7 events of bss.events or more before it for a while, and takes none.',
  },
  {
    alert: 'ConsumerStandsStill',
    // Events still come, two a minute: the lag changes all the time.
    series: { ...byKminion('lag', grows(0, 2)), ...byKminion('offset_sum', grows(2, 0)) },
    labels: { ...labels, ...other },
    summary: 'bss-reports has had 30 events of bss.events or more before it for a while, and takes none.',
  },
  {
    alert: 'ConsumerStandsStill',
    series: { ...of(grows(0, 2)), ...takes(2, 0) },
    labels,
    summary: 'bss-billing has had 30 events of bss.events or more before it for a while, and takes none.',
  },
  {
    alert: 'ConsumerStandsStill',
    // It is behind all the time, and works.
    series: { ...of([0, 7]), ...takes(60, 60), ...byKminion('lag', [0, 7]), ...byKminion('offset_sum', grows(60, 60)) },
    summary: SILENT,
  },
  {
    alert: 'ConsumerStandsStill',
    series: {
      ...byKminion('lag', [0, 7], FOREIGN),
      ...byKminion('offset_sum', [50, 50], FOREIGN),
      ...byKminion('lag', [0, 7], OF_OTHERS),
      ...byKminion('offset_sum', [50, 50], OF_OTHERS),
    },
    summary: SILENT,
  },
  {
    alert: 'ConsumerPartitionsUnowned',
    series: { ...of([0, 0]), ...of([0, 0], 1), ...of([0, GONE], 2), ...byKminion('assigned_partitions', [3, 3]) },
    labels,
    summary: 'bss-billing reads 2 partitions of bss.events, and there are more.',
  },
  {
    alert: 'ConsumerPartitionsUnowned',
    // Its last member has gone.
    series: { ...byKminion('lag', [0, 7]), ...byKminion('assigned_partitions', [3, GONE]) },
    labels: { ...labels, ...other },
    summary: 'bss-reports reads 0 partitions of bss.events, and there are more.',
  },
  {
    alert: 'ConsumerPartitionsUnowned',
    series: { ...byKminion('lag', [0, 7], FOREIGN), ...byKminion('assigned_partitions', [3, 1], FOREIGN) },
    summary: SILENT,
  },
];
