import { Duration, type Size } from 'cdk8s';

/** One topic of the catalogue. */
export interface Topic {
  /** Letters, digits, `.`, `_`, `-`; use one of `.` and `_` throughout: metric names cannot tell them apart. */
  readonly name: string;
  /** May be raised later, which moves keys to other partitions; never lowered. */
  readonly partitions: number;
  /** How long a record is kept at least. */
  readonly retention: Duration;
  /** Written per second on average, before replication. */
  readonly rate: Size;
  /** What is in it, in a few words. */
  readonly holds: string;
}

const LONGEST_SEGMENT = Duration.days(7);

/**
 * Time after which a segment is closed. Retention removes closed segments only, so a record may live for
 * retention + segment: a seventh keeps that close to what was promised, and whole days are easy to read.
 */
export function segmentTime({ retention }: Topic): Duration {
  const days = Math.max(1, Math.floor(retention.toDays({ integral: false }) / 7));
  return Duration.days(Math.min(days, LONGEST_SEGMENT.toDays()));
}

/** What the topic needs on all disks together, in MiB: replicas, and segments that are not closed yet, included. */
export function diskNeed(topic: Topic, replication: number, traffic: number): number {
  const seconds = topic.retention.toSeconds() + segmentTime(topic).toSeconds();
  return (topic.rate.toKibibytes() / 1024) * traffic * seconds * replication;
}
