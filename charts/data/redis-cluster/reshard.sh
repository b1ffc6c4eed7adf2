#!/bin/sh
# Spreads the slots evenly over the first N shards, with their keys, while clients go on; started by a person, never by
# itself. To grow: apply the larger topology, then this. To shrink: first this, then apply the smaller topology.
#
#   kubectl exec redis-cluster-0-0 -c keeper -- sh /etc/redis/reshard.sh N
set -eu
AS=operator
. "$(dirname "$0")/cli.sh"

readonly shards="${1:-}"
readonly patience="${PATIENCE:-60}" # seconds for servers to agree with each other

fail() { echo "ERROR $*" && exit 1; }

case $shards in
  '' | *[!0-9]* | 0*) fail "reshard.sh needs the number of shards that shall own slots, 1 to $SHARDS, and not \"$shards\"." ;;
esac
[ "$shards" -le "$SHARDS" ] ||
  fail "There are $SHARDS shards, and not $shards. Apply a topology with $shards shards first, and wait until its pods are ready."
seed=$(any_pod) || exit 1

# id and slots of each master of the first N shards (`keeps`) or of the others (`empties`). One whose name is of no shard is
# among the others: it must not keep anything either. Fails when it could not be asked.
owners() {
  list=$(masters "$seed") || return 1
  echo "$list" | awk -v side="$1" -v name="$NAME" -v n="$shards" '{
    kept = match($3, "^" name "-[0-9]+-[0-9]+$") && substr($3, length(name) + 2) + 0 < n
    if (kept == (side == "keeps")) print $2, $4 }'
}

# Every one of the first N shards has a master, and all servers agree who owns what: not so just after a failover.
ready() {
  kept=$(owners keeps) || return 1
  [ "$(echo "$kept" | grep -c .)" -ge "$shards" ] && tool 60 --cluster check "$seed:$PORT" > /tmp/check 2>&1
}

rebalance() {
  emptied=$(owners empties) || return 1
  emptied=$(echo "$emptied" | awk 'NF { printf " %s=0", $1 }')
  # shellcheck disable=SC2086 # an argument for each
  tool 36000 --cluster rebalance "$seed:$PORT" --cluster-use-empty-masters --cluster-threshold 1 \
    ${emptied:+--cluster-weight $emptied}
}

# What a person deletes next must be empty by the word of every server, and not only by that of the one that was asked.
emptied() {
  for pod in $(pods); do
    seed=$(host_of "$pod")
    left=$(owners empties) || { echo "$pod does not say who owns every slot"; return 1; }
    left=$(echo "$left" | awk '{ slots += $2 } END { print slots + 0 }')
    [ "$left" = 0 ] || { echo "by the word of $pod other shards than the first $shards still own $left slots"; return 1; }
    shard=${pod#"$NAME-"}
    [ "${shard%-*}" -ge "$shards" ] || continue
    left=$(keys_of "$seed") || { echo "$pod does not say how many keys it has"; return 1; }
    [ "$left" = 0 ] || { echo "$pod still has $left keys"; return 1; }
  done
}

# Until it is so, or no patience is left.
until_is() {
  deadline=$(($(date +%s) + patience))
  until "$@" > /tmp/until 2>&1; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 1
  done
}

: > /tmp/check
if ! until_is ready; then
  cat /tmp/check
  fail "The first $shards shards do not all have a master, or the servers do not agree on the slots, or do not answer. Wait" \
    'until all pods are ready.'
fi
before=$(count_keys) || fail 'Not every master says how many keys it has. Nothing was moved: try again when all pods are ready.'
if ! rebalance; then
  echo 'INFO A server has changed its role meanwhile: what was begun is ended, and the rest done again'
  tool 600 --cluster fix "$seed:$PORT" --cluster-yes
  rebalance || fail 'The slots could not be spread. Delete no shard; run this again when all pods are ready.'
fi
until_is emptied || fail "It is not certain that all is moved: $(cat /tmp/until). Delete no shard; run this again."
after=$(count_keys) || fail 'Not every master says how many keys it has. Delete no shard; run this again.'
echo "INFO Keys before: $before, after: $after"
