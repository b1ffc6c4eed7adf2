#!/bin/sh
# Spreads the slots evenly over the first N shards, with their keys, while clients go on; started by a person, never by
# itself. To grow: apply the larger topology, then this. To shrink: first this, then apply the smaller topology.
#
#   kubectl exec redis-cluster-0-0 -c keeper -- sh /etc/redis/reshard.sh N
set -eu
AS=operator
. "$(dirname "$0")/cli.sh"

readonly shards=${1:?how many shards shall own slots?}
seed=$(any_pod)

# id and shard of each master
masters() {
  ask "$seed" 'CLUSTER NODES' | awk -v name="$NAME" '
    $3 ~ /master/ && $3 !~ /fail|noaddr|handshake/ && match($2, name "-[0-9]+-") {
      print $1, substr($2, RSTART + length(name) + 1, RLENGTH - length(name) - 2) }'
}

# Every one of the first N shards has a master, and all servers agree who owns what: not so just after a failover.
ready() {
  have=$(masters | awk -v n="$shards" '$2 < n' | wc -l)
  [ "$have" -ge "$shards" ] && tool 60 --cluster check "$seed:$PORT" > /tmp/check 2>&1
}

rebalance() {
  emptied=$(masters | awk -v n="$shards" '$2 >= n { printf " %s=0", $1 }')
  # shellcheck disable=SC2086 # an argument for each
  tool 36000 --cluster rebalance "$seed:$PORT" --cluster-use-empty-masters --cluster-threshold 1 \
    ${emptied:+--cluster-weight $emptied}
}

deadline=$(($(date +%s) + 60))
until ready; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "ERROR There are $have masters of the first $shards shards, or the servers do not agree on the slots. Apply a topology" \
      "with $shards shards first, and wait until its pods are ready."
    cat /tmp/check
    exit 1
  fi
  sleep 1
done
before=$(count_keys)
if ! rebalance; then
  echo 'INFO A server has changed its role meanwhile: what was begun is ended, and the rest done again'
  tool 600 --cluster fix "$seed:$PORT" --cluster-yes
  rebalance
fi
echo "INFO Keys before: $before, after: $(count_keys)"
