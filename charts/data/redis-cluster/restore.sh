#!/bin/sh
# Writes the keys of a backup, the newest if none is named, into the running cluster, over those of the same name. Into
# whatever number of shards: the keys of each file are sent to whoever owns their slots now.
set -eu
AS=operator
. "$(dirname "$0")/cli.sh"

readonly port=6400
backup=${1:-$(find "$BACKUPS" -mindepth 1 -maxdepth 1 ! -name '*.incomplete' | sort | tail -n 1)}
if [ ! -d "$backup" ]; then
  echo "ERROR There is no backup in $BACKUPS"
  exit 1
fi

source_says() { timeout 5 redis-cli -p $port "$@" 2> /dev/null || :; }

# It sends the keys itself, in the way that the cluster takes them; redis-cli asks it without TLS whatever its flags say.
encryption=
[ -z "${CERTIFICATES:-}" ] || encryption="--tls-cluster yes --tls-auth-clients no
  --tls-cert-file $CERTIFICATES/tls.crt --tls-key-file $CERTIFICATES/tls.key --tls-ca-cert-file $CERTIFICATES/ca.crt"

# A server of its own, for this pod alone, holds the keys while they are sent.
serve() {
  # shellcheck disable=SC2086 # an argument for each
  redis-server --bind 127.0.0.1 --port $port $encryption --dir "$backup" --dbfilename "${1##*/}" --save '' --appendonly no \
    --daemonize no --loglevel warning > /tmp/server 2>&1 &
  server=$!
  until [ "$(source_says ping)" = PONG ]; do
    kill -0 $server || { cat /tmp/server; exit 1; }
    sleep 0.2
  done
}

echo "INFO Restores ${backup##*/}"
await_pods
seed=$(any_pod)
for file in "$backup"/*.rdb; do
  serve "$file"
  keys=$(source_says dbsize)
  tool 36000 --cluster import "$seed:$PORT" --cluster-from "127.0.0.1:$port" --cluster-copy --cluster-replace > /tmp/sent 2>&1 || {
    tail -n 20 /tmp/sent
    exit 1
  }
  if grep -E 'ERR|failed|NOPERM' /tmp/sent; then exit 1; fi
  source_says shutdown nosave
  wait $server || :
  echo "INFO ${file##*/}: $keys keys written"
done
echo "INFO Complete: the cluster has $(count_keys) keys"
