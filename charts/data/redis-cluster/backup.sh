#!/bin/sh
# Copies every shard, from a replica where one is in sync, and the map of the slots into a new directory of $BACKUPS.
# A backup has its name only when it is complete; the $KEEP newest are kept.
set -eu
AS=operator
. "$(dirname "$0")/cli.sh"
. "$(dirname "$0")/backups.sh"

# Where to copy each shard from: address, and the id of its master. Fails unless every slot has an owner.
sources() {
  awk '
    $3 ~ /fail|noaddr|handshake/ { next }
    { split($2, at, ":") }
    $3 ~ /slave/ && $8 == "connected" { replica[$4] = at[1] }
    $3 ~ /master/ && NF > 8 {
      master[$1] = at[1]
      for (i = 9; i <= NF; i++) if ($i !~ /^\[/) { n = split($i, slot, "-"); covered += slot[n] - slot[1] + 1 }
    }
    END {
      if (covered != 16384) exit 1
      for (id in master) print (id in replica ? replica[id] : master[id]), id
    }' "$1"
}

begin_backup
await_pods
ask "$(any_pod)" 'CLUSTER NODES' > nodes.txt
if ! sources nodes.txt > /tmp/sources; then
  echo 'ERROR Not every slot has an owner that answers: a backup would lack keys. Heal the cluster first: cluster nodes says'
  cat nodes.txt
  exit 1
fi
while read -r address master; do
  tool 3600 -h "$address" -p "$PORT" --rdb "$master.rdb" > /tmp/copied 2>&1 || { cat /tmp/copied; exit 1; }
  if ! redis-check-rdb "$master.rdb" > /tmp/checked; then
    echo "ERROR The copy from $address cannot be read again:"
    cat /tmp/checked
    exit 1
  fi
  echo "INFO $address: $(sed -n 's/.* \([0-9]*\) keys read$/\1/p' /tmp/checked) keys, $(wc -c < "$master.rdb") bytes"
done < /tmp/sources
complete_backup
