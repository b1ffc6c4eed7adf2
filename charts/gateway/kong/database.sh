#!/bin/sh
# One database of the server for each version of the configuration, $DATABASE.
#
#   database.sh create    makes it if it is not there, as soon as the server answers
#   database.sh finish    marks it as complete, and drops all but the two versions before it that nobody uses
#   database.sh await     waits until it is complete
set -eu

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -v database="$DATABASE" -d postgres; }

await_server() {
  until psql -X -q -d postgres -c '' > /dev/null 2> /tmp/refusal; do
    echo "INFO Waiting for $PGHOST: $(head -n 1 /tmp/refusal)"
    sleep 3
  done
}

# When it was completed, or nothing.
completed() {
  sql << 'SQL'
SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'database';
SQL
}

create() {
  sql << 'SQL'
SELECT format('CREATE DATABASE %I', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
}

finish() {
  sql << 'SQL'
SELECT format('COMMENT ON DATABASE %I IS %L', :'database', clock_timestamp()) \gexec
SQL
  [ -n "$(completed)" ] || { echo "ERROR There is no database $DATABASE: who dropped it?"; exit 1; }
  echo "INFO Complete: $DATABASE"
  # Incomplete ones are of a Job that is at work. One that pods still use is not dropped by the server: the next version's turn.
  old=$(sql << 'SQL'
SELECT datname FROM pg_database
WHERE datname LIKE 'kong\_%' AND datname <> :'database' AND shobj_description(oid, 'pg_database') IS NOT NULL
ORDER BY shobj_description(oid, 'pg_database') DESC
OFFSET 2;
SQL
  )
  for database in $old; do
    echo "INFO Dropping $database"
    DATABASE=$database drop || echo "WARN $database stays for now"
  done
}

drop() {
  sql << 'SQL'
SELECT format('DROP DATABASE IF EXISTS %I', :'database') \gexec
SQL
}

await() {
  while [ -z "$(completed)" ]; do
    echo "INFO Waiting for the Job kong-migrations to complete $DATABASE. If it is complete and this goes on, the version was" \
      'there before and has been dropped: delete that Job and apply again.'
    sleep 3
  done
  echo "INFO $DATABASE was completed at $(completed)"
}

await_server
"$1"
