#!/bin/sh
# Starts the server. Its volume has a ballast: a file that is the room for one more start when all else is full, as a
# server that cannot write its log ends, and at its next start cannot even read it to the end. With the ballast given up
# nobody writes unless he asks to, so that the room is there for who makes more of it; see docs/operations.md.
set -eu
# The first process of a container ignores what it does not handle.
trap 'exit 143' TERM INT

readonly ballast="$VOLUME/ballast"
readonly size=64 # MiB, four files of the log
free=$(df -Pm "$VOLUME" | awk 'NR == 2 { print $4 }')

if [ ! -f "$ballast" ] && [ "$free" -ge $((2 * size)) ]; then
  head -c ${size}m /dev/zero > "$ballast.new" && mv "$ballast.new" "$ballast"
elif [ -f "$ballast" ] && [ "$free" -lt $size ]; then
  rm "$ballast"
  echo "WARN The volume is full. Its ballast of $size MiB was given up so that the server can start."
fi
if [ ! -f "$ballast" ]; then
  echo "WARN Transactions read only until the volume has $((2 * size)) MiB of room and the server starts again." \
    'Grow the claim or make room now: see "PostgreSQL: a full volume" in docs/operations.md.'
  set -- "$@" -c default_transaction_read_only=on
fi
exec docker-entrypoint.sh postgres "$@"
