#!/bin/sh
# Copies every database, and the roles without their passwords, into a new directory of $BACKUPS. A backup has its name
# only when it is complete and was read again; the $KEEP newest are kept.
set -eu
. "$(dirname "$0")/server.sh"

new=$BACKUPS/$(date -u +%Y-%m-%dT%H-%M-%SZ)
rm -rf "$BACKUPS"/*.incomplete
mkdir "$new.incomplete"
cd "$new.incomplete"

await_server
pg_dumpall --globals-only --no-role-passwords > roles.sql
# Not `postgres`, which holds nothing, nor what a restore has put aside.
databases=$(sql -d postgres -At -c "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'")
while read -r database; do
  pg_dump -Fc -d "$database" -f "$database.dump"
  tables=$(pg_restore --list "$database.dump" | grep -c 'TABLE DATA' || :)
  # The list is only the beginning of the file: this reads all of it.
  pg_restore -f /dev/null "$database.dump"
  echo "INFO $database: $tables tables, $(wc -c < "$database.dump") bytes"
done << EOF
$databases
EOF
cd /
sync
mv "$new.incomplete" "$new"
echo "INFO Complete: ${new##*/}"

for old in $(find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -name '*Z' | sort -r | tail -n "+$((KEEP + 1))"); do
  rm -rf "$old"
  echo "INFO Removed: ${old##*/}"
done
