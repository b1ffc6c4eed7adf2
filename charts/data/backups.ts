import { nativeFile } from '../../lib/native-file';

/** What every script needs that makes or reads backups, beside it in its directory. */
export const backupsFile = (directory: string) => ({
  [`${directory}/backups.sh`]: nativeFile(__dirname, 'backups.sh'),
});
