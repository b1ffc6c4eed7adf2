#!/bin/sh
# Sourced by the other scripts: how they talk to the server. Where it is and as whom, PGHOST, PGPORT and PGUSER say.
# shellcheck disable=SC2034 # those scripts read it
here=$(dirname "$0")

# Makes whatever follows log in as the role.
log_in_as() {
  export PGUSER="$1"
  IFS= read -r PGPASSWORD < "$PASSWORDS/$1" || :
}

sql() { psql -X -q -w -v ON_ERROR_STOP=1 "$@"; }

# A server that is starting, or that the network does not let us reach yet: it learns of a new pod after its start.
await_server() {
  until=$(($(date +%s) + ${WAIT_SECONDS:-300}))
  until pg_isready -q; do
    if [ "$(date +%s)" -ge $until ]; then
      echo "ERROR The server at $PGHOST:$PGPORT does not accept connections: $(pg_isready)"
      exit 1
    fi
    sleep 1
  done
}

# What a restore makes databases of: no declared one can be called so.
export HALF=half-restored-
# The comment by which those are known that a restore has put aside.
export ASIDE='put aside by a restore: in no backup'

# A database as the name of a file, and back.
file_of() { printf %s "$1" | sed 's/%/%25/g; s|/|%2F|g'; }
database_of() { printf %s "$1" | sed 's|%2F|/|g; s/%25/%/g'; }

export PGPASSWORD PGCONNECT_TIMEOUT=10
# What these scripts say holds passwords: it must reach neither the server's log nor its statistics.
export PGOPTIONS='-c client_min_messages=warning -c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic -c pg_stat_statements.track=none -c default_transaction_read_only=off'
log_in_as "$PGUSER"
