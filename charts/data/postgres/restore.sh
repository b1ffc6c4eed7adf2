#!/bin/sh
# Puts the databases of a backup, the newest if none is named, in the place of those that run. Each is restored beside
# the running one; when all are complete they change names at once, and those that ran are put aside, closed, and kept.
# May end anywhere, and be run again.
#
#   restore.sh [BACKUP]
set -eu
. "$(dirname "$0")/server.sh"
. "$(dirname "$0")/backups.sh"

# Whoever has just connected holds a name back for a moment.
swap() {
  for _ in 1 2 3 4 5 6 7 8 9; do
    if sql -d postgres -f "$here/swap.sql" > /dev/null 2>&1; then return 0; fi
    sleep 1
  done
  sql -d postgres -f "$here/swap.sql"
}

choose_backup "${1:-}"
backup_files .dump > /dev/null || { echo "ERROR The backup $chosen has no database"; exit 1; }
await_server
full=$(PGOPTIONS='' sql -d postgres -At -c 'SHOW default_transaction_read_only')
if [ "$full" = on ]; then
  echo 'ERROR The volume of the server is full, and a restore needs as much room again: make room first'
  exit 1
fi
sql -d postgres -f "$here/leftovers.sql"
# Those that exist are complained about; what matters is that those that do not are made.
complaints=$(psql -X -q -w -d postgres -f roles.sql 2>&1) || { echo "$complaints"; exit 1; }
if echo "$complaints" | grep ERROR | grep -v 'already exists'; then exit 1; fi
sh "$here/databases.sh"
number=0
backup_files .dump | while IFS= read -r dump; do
  number=$((number + 1))
  half=$HALF$number
  database=$(database_of "${dump%.dump}")
  sql -d postgres -v half="$half" -v running="$database" -f "$here/empty.sql"
  pg_restore --exit-on-error -d "$half" "./$dump"
  # With all its rights before it takes the name: who dies after that leaves nobody out.
  while read -r name application owner; do
    [ "$name" != "$database" ] ||
      sql -d postgres -v database="$half" -v application="$application" -v owner="$owner" -f "$here/database.sql"
  done < "$here/databases.txt"
  echo "INFO $database is restored, beside the one that runs"
done
swap
echo "INFO Complete. What ran before is kept under these names; drop it when all is well:"
sql -d postgres -At -c "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = '$ASIDE' ORDER BY 1"
