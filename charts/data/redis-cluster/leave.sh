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

[ "$REPLICAS" -gt 0 ] || exit 0
deadline=$(($(date +%s) + LEAVE_SECONDS))
tries=0
while [ "$(date +%s)" -lt "$deadline" ]; do
  to=$(successor)
  case $to in
    wait) ;;
    alone) exit 0 ;;
    replica)
      [ "$tries" -gt 0 ] || exit 0
      tell "INFO $HOSTNAME has handed over its slots and leaves"
      # Clients learn the new owner from redirections, for which somebody must still be here: an address that is gone
      # says nothing.
      sleep 3
      exit 0
      ;;
    *)
      # An attempt that has failed is given up by the replica after 5 s.
      [ $((tries % 25)) -gt 0 ] || ask "$to" 'CLUSTER FAILOVER' > /dev/null
      tries=$((tries + 1))
      ;;
  esac
  sleep 0.2
done
tell "WARN $HOSTNAME leaves as a master: no replica has taken over in $LEAVE_SECONDS s"
