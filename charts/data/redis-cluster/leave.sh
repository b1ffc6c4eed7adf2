#!/bin/sh
# preStop: hands the slots of this server to its best replica and waits until that has happened, so that clients meet
# one redirection instead of the 8 s that the others need to notice a lost master. CLUSTER FAILOVER itself answers
# before anything has changed.
set -u
. "$(dirname "$0")/cli.sh"

# To the log of the pod: what a preStop hook prints itself is lost.
tell() { echo "$1" 2> /dev/null >> /proc/1/fd/1 || echo "$1"; }

# The address of the online replica that has received most. Otherwise `replica`, which this server is already; `alone`,
# when there is nothing to hand over or nobody to take it; or `wait`, for a replica to be online, or for an answer.
successor() {
  ask "$LOCAL" 'INFO replication' 'CLUSTER NODES' | awk -F '[=,]' '
    /^role:slave/ { end = "replica" }
    /^connected_slaves:0| myself,master .* connected *$|Connection refused/ { if (end == "") end = "alone" }
    /^slave[0-9]+:.*,state=online,/ && $8 + 0 >= most { most = $8 + 0; ip = $2 }
    END { print end != "" ? end : ip != "" ? ip : "wait" }'
}

# Masters vote once per epoch: of elections that begin together, as when all shards are updated, some are lost. So the
# shards take turns, of two seconds by the clock, an election being a matter of milliseconds.
is_turn() {
  shard=${HOSTNAME#"$NAME-"}
  [ $((now % (2 * SHARDS))) -eq $((2 * ${shard%-*})) ]
}

[ "$REPLICAS" -gt 0 ] || exit 0
now=$(date +%s)
deadline=$((now + LEAVE_SECONDS))
asked=0
while [ "$now" -lt "$deadline" ]; do
  to=$(successor)
  now=$(date +%s)
  case $to in
    wait) ;;
    alone) exit 0 ;;
    replica)
      [ "$asked" -gt 0 ] || exit 0
      tell "INFO $HOSTNAME has handed over its slots and leaves"
      # Clients learn the new owner from redirections, for which somebody must still be here: an address that is gone
      # says nothing.
      sleep 3
      exit 0
      ;;
    *)
      # Of an election that was lost the replica holds no other for 20 s, four node timeouts. To ask it before would only
      # stop writes again, for the 5 s after which it gives up.
      if [ $((now - asked)) -gt 21 ] && is_turn; then
        ask "$to" 'CLUSTER FAILOVER' > /dev/null
        asked=$now
      fi
      ;;
  esac
  sleep 0.2
done
tell "WARN $HOSTNAME leaves as a master: no replica has taken over in $LEAVE_SECONDS s"
