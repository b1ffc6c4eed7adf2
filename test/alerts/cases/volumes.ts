import { type Case, grows } from '../case';

const GIGA = 1e9;
const labelsOf = (job: string, volume = 'data') => ({ job, pod: `${job}-0`, volume });
const on = (metric: string, job: string, more = '') => `${metric}{job="${job}",pod="${job}-0"${more}}`;
const RECORDS = on('kafka_log_log_size', 'kafka', ',topic="bss.events",partition="0"');
const DATABASE = on('pg_database_size_bytes', 'postgres', ',datname="bss"');
const LOG = on('pg_wal_size_bytes', 'postgres');
const zookeeper = (volume: string) => on('zookeeper_volume_bytes', 'zookeeper', `,volume="${volume}"`);

export const cases: readonly Case[] = [
  {
    alert: 'KafkaVolumeAlmostFull',
    series: { [RECORDS]: [GIGA, 9.5 * GIGA] },
    labels: labelsOf('kafka'),
    summary: 'Volume data of kafka-0 is 88.48% full.',
  },
  {
    alert: 'KafkaVolumeFullTomorrow',
    series: { [RECORDS]: grows(0, GIGA / 100) },
    labels: labelsOf('kafka'),
    summary: 'As it grows now, volume data of kafka-0 is 201.2% full tomorrow.',
    minutes: [10, 720, 480],
    step: 5,
  },
  {
    alert: 'ZooKeeperVolumeAlmostFull',
    series: { [zookeeper('data')]: [1024, 1024], [zookeeper('log')]: [1024, 0.9 * 1024 ** 3] },
    labels: labelsOf('zookeeper', 'log'),
    summary: 'Volume log of zookeeper-0 is 90% full.',
  },
  {
    alert: 'ZooKeeperVolumeFullTomorrow',
    series: { [zookeeper('log')]: grows(0, 1024 ** 2) },
    labels: labelsOf('zookeeper', 'log'),
    summary: 'As it grows now, volume log of zookeeper-0 is 214.8% full tomorrow.',
    minutes: [10, 760, 480],
    step: 5,
  },
  {
    alert: 'PostgresVolumeAlmostFull',
    series: { [DATABASE]: [GIGA, 9 * GIGA], [LOG]: [GIGA / 2, GIGA / 2] },
    labels: labelsOf('postgres'),
    summary: 'Volume data of postgres-0 is 88.48% full.',
  },
  {
    alert: 'PostgresVolumeFullTomorrow',
    series: { [DATABASE]: grows(0, GIGA / 100), [LOG]: [0, 0] },
    labels: labelsOf('postgres'),
    summary: 'As it grows now, volume data of postgres-0 is 201.2% full tomorrow.',
    minutes: [10, 720, 480],
    step: 5,
  },
];
