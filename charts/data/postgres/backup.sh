#!/bin/sh
# Copies every database, and the roles without their passwords, into a new directory of $BACKUPS. A backup has its name
# only when it is complete and was read again; the $KEEP newest are kept.
set -eu
. "$(dirname "$0")/server.sh"
. "$(dirname "$0")/backups.sh"

begin_backup
await_server
pg_dumpall --globals-only --no-role-passwords > roles.sql
# Not `postgres`, which holds nothing, nor what a restore has put aside or left half done.
databases=$(sql -d postgres -At -c "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate
  AND datname <> 'postgres' AND shobj_description(oid, 'pg_database') IS DISTINCT FROM '$ASIDE' AND datname NOT LIKE '$HALF%'")
if [ -z "$databases" ]; then
  echo 'ERROR The server has no database: a backup of nothing would only take the place of another one'
  exit 1
fi
while IFS= read -r database; do
  dump=$(file_of "$database").dump
  # Not as an argument, which may also be a connection string.
  PGDATABASE=$database pg_dump -Fc -f "$dump"
  tables=$(pg_restore --list "./$dump" | grep -c 'TABLE DATA' || :)
  # The list is only the beginning of the file: this reads all of it.
  pg_restore -f /dev/null "./$dump"
  echo "INFO $database: $tables tables, $(wc -c < "$dump") bytes"
done << END
$databases
END
complete_backup
