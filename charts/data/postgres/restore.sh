#!/bin/sh
# Puts the databases of a backup, the newest if none is named, in the place of those that run. Each is restored beside
# the running one and takes its name when it is complete; the one that ran is put aside, closed, and kept.
#
#   restore.sh [BACKUP]
set -eu
. "$(dirname "$0")/server.sh"

backup=$BACKUPS/${1:-$(find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -name '*Z' | sort | tail -n 1 | sed 's|.*/||')}
if [ ! -f "$backup/roles.sql" ]; then
  echo "ERROR There is no backup ${1:+$1 }in $BACKUPS; there are: $(ls "$BACKUPS" | tr '\n' ' ')"
  exit 1
fi
aside=before_$(date -u +%Y%m%d%H%M%S)

echo "INFO Restores ${backup##*/}"
sh "$here/databases.sh"
# Those that exist are complained about; what matters is that those that do not are made.
complaints=$(psql -X -q -w -d postgres -f "$backup/roles.sql" 2>&1) || :
if echo "$complaints" | grep ERROR | grep -v 'already exists'; then exit 1; fi
for dump in "$backup"/*.dump; do
  database=$(basename "$dump" .dump)
  sql -d postgres -v restored="${database}_restored" -f "$here/empty.sql"
  pg_restore --exit-on-error -d "${database}_restored" "$dump"
  sql -d postgres -v running="$database" -v restored="${database}_restored" -v aside="${database}_$aside" -f "$here/swap.sql"
  echo "INFO $database is as it was in the backup"
done
sh "$here/databases.sh"
echo "INFO Complete. What ran before is kept under names that end with _$aside; drop it when all is well:"
sql -d postgres -At -c "SELECT datname FROM pg_database WHERE datname LIKE '%\\_$aside'"
