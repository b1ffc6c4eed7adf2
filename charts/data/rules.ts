import type { Size } from 'cdk8s';
import { oneOf, truth } from '../../lib/values/check';
import { whole } from '../../lib/values/numbers';
import type { Fields } from '../../lib/values/record';
import { schedule } from '../../lib/values/schedule';
import { disk } from '../../lib/values/sizes';
import type { Access } from './access';

export const access = oneOf<Access>('open', 'users');

/** When copies are made and how many are kept. */
export interface BackupSize {
  readonly schedule: string;
  readonly suspended: boolean;
  readonly keep: number;
  readonly disk: Size;
}

/** @param example a schedule, and what it means */
export const backupFields = (example: string): Fields<BackupSize> => ({
  schedule: schedule(example),
  suspended: truth,
  keep: whole(1, 366),
  disk: disk(64),
});

/** @param most MiB of one backup. @param because where that comes from, with a space before it */
export const backupDiskErrors = (name: string, { keep, disk }: BackupSize, most: number, because = ''): string[] => {
  const [has, needs] = [disk.toMebibytes(), (keep + 1) * most];
  return has >= needs
    ? []
    : [
        `${name}.disk is ${has} MiB, but ${keep} backups and the one that is being made, of up to ${most} MiB each${because}, ` +
          `need ${needs} MiB. Raise it, or lower ${name}.keep.`,
      ];
};
