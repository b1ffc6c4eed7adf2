#!/bin/sh
# Stands for Kong's migrations, of which there are three: each step does what the real one does, and `bootstrap` is content
# with what is there. The statuses of `list` are the real ones', too. $DIES_AFTER steps of a bootstrap it is killed.
set -eu
sql() { psql -XqAtv ON_ERROR_STOP=1 -d "$KONG_PG_DATABASE" -c "$1"; }
is() { [ "$(sql "SELECT to_regclass('public.steps') IS NOT NULL")" = t ]; }
count() { sql "SELECT count(*) FROM steps $1"; }
step() { sql "INSERT INTO steps VALUES ($1, $2)"; [ "${DIES_AFTER:-0}" != "$1" ] || kill -9 $$; }
sql 'SELECT 1' > /dev/null || exit 1
case $2 in
  list)
    is || exit 3
    [ "$(count 'WHERE NOT finished')" = 0 ] || exit 4
    [ "$(count '')" = 3 ] || exit 5 ;;
  bootstrap)
    is && echo 'Database already bootstrapped' && exit
    sql 'CREATE TABLE steps (step int, finished boolean)'
    for each in 1 2 3; do step "$each" true; done ;;
  up) for each in $(seq $(($(count '') + 1)) 3); do step "$each" false; done ;;
  finish) sql 'UPDATE steps SET finished = true' ;;
esac
