#!/bin/sh
# Readiness: what is true of this server alone. The state of the cluster must not count: one lost shard sets it to
# "fail" in every server, and no pod would be left to serve the shards that are well.
set -u
. "$(dirname "$0")/cli.sh"

answer=$(ask "$LOCAL" 'INFO replication' 'CLUSTER INFO')
case $answer in
  *role:slave*master_link_status:up*) exit 0 ;;
  *role:slave*) echo 'not in sync with its master yet' ;;
  *role:master*cluster_slots_assigned:[1-9]*) exit 0 ;;
  *role:master*) echo 'not a member of a cluster that owns slots yet' ;;
  *) echo "no answer: $answer" ;;
esac
exit 1
