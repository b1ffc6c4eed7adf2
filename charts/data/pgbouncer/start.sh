#!/bin/sh
# Every client and every server of PgBouncer is an open file. A container may begin with 1,024, whatever it could have, and
# PgBouncer asks for no more: the clients beyond them would get no answer, not even a refusal.
set -eu

if ! (ulimit -S -n "$FILES") 2> /dev/null; then
  echo "ERROR PgBouncer needs $FILES open files, for pgbouncer.maxClients and poolSize, and this node gives a container" \
    "no more than $(ulimit -H -n). Lower maxClients, or raise the limit (LimitNOFILE) of the container runtime." >&2
  exit 1
fi
ulimit -S -n "$FILES"
# At every start, as the Secret may have changed since the pod was made.
sh "$(dirname "$0")/userlist.sh"
exec pgbouncer "$@"
