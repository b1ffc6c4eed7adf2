import type { BackupSize } from '../backup-jobs';
import { type Check, optional } from './check';
import { whole } from './numbers';
import { record } from './record';
import { schedule } from './schedule';
import { disk } from './sizes';

/** What may be said of backups. @param example a schedule, and what it means */
export const backupSize = (example: string): Check<BackupSize> =>
  record<BackupSize>({ schedule: optional(schedule(example)), keep: whole(1, 366), disk: disk(64) });

/**
 * A disk without room for all that is kept and the one that is being made.
 * @param most MiB of one backup. @param because where that comes from, with a space before it
 */
export const backupDiskErrors = (name: string, { keep, disk }: BackupSize, most: number, because = ''): string[] => {
  const [has, needs] = [disk.toMebibytes(), (keep + 1) * most];
  if (has >= needs) return [];
  return [
    `${name}.disk is ${has} MiB, but ${keep} backups and the one that is being made, of up to ${most} MiB each${because}, ` +
      `need ${needs} MiB. Raise it, or lower ${name}.keep.`,
  ];
};
