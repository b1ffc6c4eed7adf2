#!/bin/sh
# Writes the keys of a backup, the newest if none is named, into the running cluster, over those of the same name. Into
# whatever number of shards: the keys of each file are sent to whoever owns their slots now.
#
#   restore.sh [BACKUP]
set -eu
AS=operator
. "$(dirname "$0")/cli.sh"
. "$(dirname "$0")/backups.sh"

readonly port="${SOURCE_PORT:-6400}"

source_says() { timeout 5 redis-cli -p "$port" "$@" 2> /dev/null || :; }

# It sends the keys itself, in the way that the cluster takes them; redis-cli asks it without TLS whatever its flags say.
encryption=
[ -z "${CERTIFICATES:-}" ] || encryption="--tls-cluster yes --tls-auth-clients no
  --tls-cert-file $CERTIFICATES/tls.crt --tls-key-file $CERTIFICATES/tls.key --tls-ca-cert-file $CERTIFICATES/ca.crt"

# A server of its own, for this pod alone, holds the keys while they are sent.
serve() {
  # shellcheck disable=SC2086 # an argument for each
  redis-server --bind 127.0.0.1 --port "$port" $encryption --dir "$PWD" --dbfilename "$1" --save '' --appendonly no \
    --daemonize no --loglevel warning > /tmp/server 2>&1 &
  server=$!
  until [ "$(source_says ping)" = PONG ]; do
    kill -0 $server || { cat /tmp/server; exit 1; }
    sleep 0.2
  done
}

# It says a line for each key: only the last ones are kept, of which the very last is how it ended. No word of them says
# that: it may be a key.
send() {
  { tool 36000 --cluster import "$seed:$PORT" --cluster-from "127.0.0.1:$port" --cluster-copy --cluster-replace 2>&1 &&
    printf '\nsent\n'; } | tail -n 20 > /tmp/sent
  [ "$(tail -n 1 /tmp/sent)" = sent ]
}

choose_backup "${1:-}"
backup_files .rdb > /dev/null || { echo "ERROR The backup $chosen has no shard"; exit 1; }
await_pods
seed=$(any_pod)
for file in $(backup_files .rdb); do
  serve "$file"
  keys=$(source_says dbsize)
  if ! send; then
    cat /tmp/sent
    echo "ERROR Not all of $file is written. Run this again: what is written already is written over."
    exit 1
  fi
  source_says shutdown nosave
  wait $server || :
  echo "INFO $file: $keys keys written"
done
keys=$(count_keys) || { echo 'ERROR All is written, but not every master says how many keys it has'; exit 1; }
echo "INFO Complete: the cluster has $keys keys"
